"""A run's page: every room's facts, and the template that shows them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.chosen import chosen
from genrekit.recipe import Recipe
from genrekit.report import data as facts
from genrekit.report import summary
from genrekit.report.answered import about_answers
from genrekit.report.curves import learning_charts
from genrekit.report.page import render
from genrekit.report.pictures import embedded
from genrekit.report.recipe_lines import recipe_lines
from genrekit.run_folder import RunFolder

if TYPE_CHECKING:
    from genrekit.outcome import Outcome

HISTORY = ("epoch", "train_loss", "loss", "macro_f1", "accuracy", "mean_average_precision", "lr", "epoch_s")


def write_report(
    folder: RunFolder,
    recipe: Recipe,
    metrics: dict[str, Any],
    outcomes: Sequence[Outcome],
    history: Sequence[dict[str, float]],
    pictures: Sequence[Path],
) -> None:
    """Write ``report.html`` into the run folder. The last outcome is the part that is reported."""
    render_facts = {
        "recipe": recipe,
        "metrics": metrics,
        "folder": folder.path,
        "written": f"{datetime.now():%Y-%m-%d %H:%M}",
        **_about_figures(recipe, metrics, outcomes),
        **_about_training(recipe, metrics, history),
        **about_answers(recipe, metrics, outcomes),
        **_about_data(_json(folder, "data.json")),
        **_about_use(folder, pictures),
    }
    folder.write_text("report.html", render("report.html", **render_facts))


def _about_figures(recipe: Recipe, metrics: Mapping[str, Any], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    reported = outcomes[-1]
    figures = summary.figures(metrics, reported.part)
    return {
        "figures": figures,
        "cards": summary.CARDS,
        "all_figures": facts.figures_table(figures, reported.part),
        "drawn": summary.drawn(metrics[reported.part]),
        "meaning": summary.meaning(metrics, reported.part, len(reported.paths), chosen(metrics, recipe.train.keep)),
    }


def _about_training(recipe: Recipe, metrics: Mapping[str, Any], history: Sequence[dict[str, float]]) -> dict[str, Any]:
    known = {name for line in history for name in line}
    columns = dict.fromkeys([*HISTORY[:3], recipe.train.keep, *HISTORY])
    return {
        "charts": learning_charts(history, recipe.train.keep, metrics.get("best_epoch")),
        "history": history,
        "history_columns": [name for name in columns if name in known],
    }


def _about_data(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "data": {"notes": [], "quarantined": [], "noted": [], "fingerprint": None, **data},
        "parts_table": facts.parts_table(data),
        "class_counts": facts.class_counts(data),
        "quarantined": facts.files(data.get("quarantined", []), "reason"),
        "noted": facts.files(data.get("noted", []), "notes"),
        "most_rows": facts.MOST_ROWS,
    }


def _about_use(folder: RunFolder, pictures: Sequence[Path]) -> dict[str, Any]:
    environment = _json(folder, "environment.json")
    return {
        "recipe_lines": recipe_lines(folder.path),
        "pictures": embedded(pictures),
        "environment": environment,
        "environment_text": json.dumps(environment, indent=2, ensure_ascii=False),
        "folder_quoted": shlex.quote(str(folder.path)),
        "folder_python": json.dumps(str(folder.path)),
    }


def _json(folder: RunFolder, name: str) -> dict[str, Any]:
    file = folder.path / name
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found
