"""A series of runs for people: a table in the terminal and a page that leads to each run's report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from genrekit import recipe as recipes
from genrekit.chosen import KEY as CHOSEN
from genrekit.chosen import in_words
from genrekit.console import Narrator
from genrekit.recipe import Recipe
from genrekit.run_folder import RunFolder
from genrekit.series_files import read_json
from genrekit.series_table import table


def tell(narrator: Narrator, folder: Path, summary: dict[str, Any], metrics: dict[str, Any]) -> None:
    """The table, and where to read more."""
    titles, rows = table(summary, metrics)
    narrator.say("")
    narrator.table(titles, rows)
    chose = in_words(metrics.get(CHOSEN, []))
    if summary["part"] == "validation" and chose:
        narrator.warn(f"these clips also chose {chose}, so the figures flatter; a test part would not")
    narrator.say(f"report {folder / 'report.html'}")


def write_report(folder: RunFolder, recipe: Recipe, summary: dict[str, Any], metrics: dict[str, Any]) -> None:
    """Write ``report.html`` into the series' folder."""
    from genrekit.report.page import render
    from genrekit.report.summary import CARDS, drawn, figures

    titles, rows = table(summary, metrics)
    html = render(
        "series.html",
        recipe=recipe,
        recipe_text=recipes.dump(recipe),
        summary=summary,
        chose=in_words(metrics.get(CHOSEN, [])),
        runs=summary["runs"],
        done=sum(run["status"] == "finished" for run in summary["runs"]),
        folds=len({run["fold"] for run in summary["runs"]} - {None}),
        seeds=len(summary["seeds"]),
        cards=figures(metrics, summary["part"])[:CARDS],
        drawn=drawn(metrics[summary["part"]]),
        columns=[(title, "number" if index else "text") for index, title in enumerate(titles)],
        rows=rows,
        environment=read_json(folder.path / "environment.json"),
    )
    folder.write_text("report.html", html)
