"""A comparison as one HTML file."""

from __future__ import annotations

from pathlib import Path

from genrekit import atomic
from genrekit.comparison.comparison import Comparison
from genrekit.comparison.tables import clip_table, difference_table, figure_table, recipe_table, sentences, titles

CLIPS = 500
"""The page names at most so many clips of a pair."""


def write_page(comparison: Comparison, path: Path) -> None:
    """Write the page."""
    from genrekit.report.page import render

    first = comparison.runs[0]
    pairs = [
        {
            "other": name,
            "sentences": sentences(first, pair),
            "notes": pair.notes,
            "figures": _columns(difference_table(titles(comparison)[0], pair), "number"),
            "count": len(pair.disagreements),
            "clips": _columns(clip_table(titles(comparison)[0], pair, CLIPS)),
        }
        for name, pair in zip(titles(comparison)[1:], comparison.pairs, strict=True)
    ]
    html = render(
        "compare.html",
        titles=titles(comparison),
        recipe=_columns(recipe_table(comparison)),
        figures=_columns(figure_table(comparison), "number"),
        pairs=pairs,
    )
    atomic.write_text(path, html)


def _columns(table: tuple[list[str], list[list[str]]], kind: str = "text") -> dict[str, object]:
    names, rows = table
    return {"columns": [(name, kind if index else "text") for index, name in enumerate(names)], "rows": rows}
