"""A finished run's report, made anew from what lies in its folder: nothing is trained again."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from genrekit import history
from genrekit import recipe as recipes
from genrekit.errors import GenrekitError
from genrekit.outcome import Outcome
from genrekit.pooling import pooled
from genrekit.recipe import Recipe
from genrekit.report.drawing import draw
from genrekit.report.pictures import KINDS
from genrekit.report.writing import write_report
from genrekit.run_folder import METRICS, RunFolder
from genrekit.series.files import SUMMARY, is_series, read_json


def report_again(folder: Path, warn: Callable[[str], None] = lambda _: None) -> Path:
    """Write ``report.html`` anew, and pictures where there are none; the page's path.

    Of a clip of several windows the first is heard: which one was answered how is not written down. Raises
    `GenrekitError` for a run that has no figures yet. ``warn`` is told what could not be drawn.
    """
    if not (folder / METRICS).is_file():
        raise GenrekitError(
            f"the run {folder} has no figures yet",
            why=f"there is no {folder / METRICS}",
            hint=f"genrekit run --resume {folder}",
        )
    recipe, metrics = recipes.load(folder / "recipe.toml"), read_json(folder / METRICS)
    if is_series(folder):
        from genrekit.series.report import write_report as write_series

        write_series(RunFolder(folder), recipe, read_json(folder / SUMMARY), metrics, warn)
    else:
        _write(folder, recipe, metrics, warn)
    return folder / "report.html"


def _write(folder: Path, recipe: Recipe, metrics: dict[str, Any], warn: Callable[[str], None]) -> None:
    outcomes = [_outcome(folder, recipe, metrics, part) for part in ("validation", "test") if part in metrics]
    lines = history.load(folder / "history.jsonl", metrics["epochs"])
    pictures = sorted(path for path in folder.iterdir() if path.suffix in KINDS)
    pictures = pictures or draw(recipe.evaluate, outcomes[-1], lines, folder, warn)
    write_report(RunFolder(folder), recipe, metrics, outcomes, lines, pictures)


def _outcome(folder: Path, recipe: Recipe, metrics: dict[str, Any], part: str) -> Outcome:
    loss = metrics[part].get("loss", math.nan)
    return pooled([folder], [loss], part, recipe.train.loss.multi_label).outcome
