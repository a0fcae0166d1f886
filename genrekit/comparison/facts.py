"""What a run folder, or the folder of a series of runs, says of itself."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from genrekit.chosen import chosen
from genrekit.errors import GenrekitError
from genrekit.finding_runs import find_run
from genrekit.predictions_file import Answer, ClipKey, read_answers
from genrekit.run_folder import METRICS
from genrekit.series.files import SUMMARY, is_series, read_json


@dataclass(frozen=True)
class Facts:
    """One run. ``clips`` are the answers for the part that is reported: one for each clip, of a series with several
    seeds one for each clip and seed. Paths in them are relative to the data set's folder where it is known.
    """

    title: str
    folder: Path
    recipe: dict[str, Any]
    written: dict[str, Any]
    metrics: dict[str, Any]
    summary: dict[str, Any] | None
    part: str
    labels: list[str]
    clips: Mapping[ClipKey, list[Answer]]

    @cached_property
    def figures(self) -> dict[str, float]:
        """The part's plain figures; counts (``n_…``) are left out."""
        numbers = self.metrics.get(self.part, {})
        return {
            name: float(value)
            for name, value in numbers.items()
            if isinstance(value, int | float) and not isinstance(value, bool) and not name.startswith("n_")
        }

    @cached_property
    def several(self) -> bool:
        """Whether clips may have several labels: then their probabilities do not add up to 1."""
        sums = (sum(answer.probabilities) for answers in self.clips.values() for answer in answers)
        return any(abs(total - 1) > 1e-3 for total in sums)

    @property
    def chose(self) -> list[str]:
        """What the run's validation clips chose."""
        return chosen(self.metrics, str(self.recipe.get("train", {}).get("keep")))

    @property
    def intervals(self) -> dict[str, dict[str, float]]:
        """Figure -> its 95 % interval, where the run gave one."""
        return dict(self.metrics.get(self.part, {}).get("intervals") or {})


def read_facts(given: str | Path) -> Facts:
    """The facts of a run folder, of ``runs/NAME`` (its newest run) or of ``runs/latest``."""
    folder = find_run(Path(given), "genrekit compare runs/ONE runs/OTHER")
    metrics = folder / METRICS
    if not metrics.is_file():
        hint = f"genrekit run --resume {given}"
        raise GenrekitError(f"the run {given} has no figures yet", why=f"there is no {metrics}", hint=hint)
    recipe = _toml(folder / "recipe.toml")
    answers = read_answers(folder)
    clips: dict[ClipKey, list[Answer]] = defaultdict(list)
    for line in answers.lines:
        clips[_relative(line.key[0], recipe), line.key[1]].append(line)
    return Facts(
        title=str(given),
        folder=folder,
        recipe=recipe,
        written=_toml(folder / "recipe_as_written.toml") if (folder / "recipe_as_written.toml").is_file() else recipe,
        metrics=read_json(metrics),
        summary=read_json(folder / SUMMARY) if is_series(folder) else None,
        part=answers.part,
        labels=answers.labels,
        clips=dict(clips),
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GenrekitError(f"cannot read {path}: {error}") from None


def _relative(path: str, recipe: Mapping[str, Any]) -> str:
    """``path`` below the data set's folder, so that runs from two machines know each other's clips."""
    for option in recipe.get("dataset", {}).values():
        if isinstance(option, str) and option and Path(path).is_relative_to(option):
            return Path(path).relative_to(option).as_posix()
    return path
