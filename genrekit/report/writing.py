"""The HTML report: one file that works offline, in light and dark."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit import recipe as recipes
from genrekit.recipe import Recipe
from genrekit.run_folder import RunFolder

if TYPE_CHECKING:
    from genrekit.outcome import Outcome

MISTAKES = 20


def write_report(
    folder: RunFolder,
    recipe: Recipe,
    metrics: dict[str, Any],
    outcomes: Sequence[Outcome],
    history: Sequence[dict[str, float]],
    pictures: Sequence[Path],
) -> None:
    """Write ``report.html`` into the run folder."""
    import json

    import jinja2

    template = resources.files("genrekit").joinpath("templates/report.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    data = json.loads((folder.path / "data.json").read_text(encoding="utf-8"))
    html = environment.from_string(template).render(
        recipe=recipe,
        recipe_text=recipes.dump(recipe),
        metrics=metrics,
        reported=outcomes[-1].part,
        per_class=metrics[outcomes[-1].part].get("per_class", {}),
        history=history,
        pictures=[(path.stem.replace("_", " "), _inline(path)) for path in pictures if path.suffix == ".svg"],
        mistakes=mistakes(outcomes[-1]),
        data=data,
        environment=json.loads((folder.path / "environment.json").read_text(encoding="utf-8")),
    )
    folder.write_text("report.html", html)


def mistakes(outcome: Outcome) -> list[dict[str, Any]]:
    """The wrong answers, the most confident first."""
    wrong = [index for index, guess in enumerate(outcome.predicted) if guess != outcome.targets[index]]
    wrong.sort(key=lambda index: -float(outcome.probabilities[index].max()))
    return [
        {
            "path": outcome.paths[index],
            "label": outcome.labels[outcome.targets[index]],
            "predicted": outcome.labels[outcome.predicted[index]],
            "probability": float(outcome.probabilities[index].max()),
        }
        for index in wrong[:MISTAKES]
    ]


def _inline(picture: Path) -> str:
    """The picture as a data URI; as an image it cannot run scripts."""
    return "data:image/svg+xml;base64," + base64.b64encode(picture.read_bytes()).decode()
