"""A series of runs for people: a table in the terminal and a page that leads to each run's report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from genrekit import recipe as recipes
from genrekit.chosen import KEY as CHOSEN
from genrekit.chosen import in_words
from genrekit.console import Narrator
from genrekit.recipe import Recipe
from genrekit.run_folder import RunFolder
from genrekit.series.files import read_json
from genrekit.series.table import table


def tell(narrator: Narrator, summary: dict[str, Any], metrics: dict[str, Any]) -> None:
    """The table, and what should be known of it."""
    from genrekit import leakage

    titles, rows = table(summary, metrics)
    narrator.say("")
    narrator.table(titles, rows)
    chose = in_words(metrics.get(CHOSEN, []))
    if summary["part"] == "validation" and chose:
        narrator.warn(f"these clips also chose {chose}, so the figures flatter; a test part would not")
    leak = leakage.told(metrics["leakage"]) if metrics.get("leakage") else None
    if leak:
        narrator.warn(leak)


def write_report(
    folder: RunFolder,
    recipe: Recipe,
    summary: dict[str, Any],
    metrics: dict[str, Any],
    warn: Callable[[str], None] = lambda _: None,
) -> None:
    """Write ``report.html`` into the series' folder, and evaluators' pictures of all answers together."""
    from genrekit.report.answered import about_answers
    from genrekit.report.drawing import draw
    from genrekit.report.page import render
    from genrekit.report.pictures import embedded
    from genrekit.series.summary import pooled_answers

    found = pooled_answers(folder.path, summary, recipe)
    outcome = replace(found.outcome, groups=found.groups)
    pictures = draw(recipe.evaluate, outcome, [], folder.path, warn)
    html = render(
        "series.html",
        recipe=recipe,
        recipe_text=recipes.dump(recipe),
        summary=summary,
        chose=in_words(metrics.get(CHOSEN, [])),
        pictures=embedded(pictures),
        environment=read_json(folder.path / "environment.json"),
        **_about_runs(summary),
        **_about_figures(summary, metrics),
        **about_answers(recipe, metrics, [outcome]),
    )
    folder.write_text("report.html", html)


def _about_runs(summary: dict[str, Any]) -> dict[str, Any]:
    runs = summary["runs"]
    return {
        "runs": runs,
        "done": sum(run["status"] == "finished" for run in runs),
        "folds": len({run["fold"] for run in runs} - {None}),
        "seeds": len(summary["seeds"]),
    }


def _about_figures(summary: dict[str, Any], metrics: dict[str, Any]) -> dict[str, Any]:
    from genrekit.report.data import figures_table
    from genrekit.report.summary import CARDS, drawn, figures

    titles, rows = table(summary, metrics)
    part = summary["part"]
    found = figures(metrics, part)
    return {
        "cards": found[:CARDS],
        "all_figures": figures_table(found, part),
        "drawn": drawn(metrics[part]),
        "columns": [(title, "number" if index else "text") for index, title in enumerate(titles)],
        "rows": rows,
    }
