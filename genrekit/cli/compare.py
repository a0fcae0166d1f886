"""``genrekit compare``: runs side by side, and whether their difference can be chance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genrekit.cli.problems import show_warning
from genrekit.cli.table import print_table

if TYPE_CHECKING:
    from genrekit.comparison.comparison import Comparison
    from genrekit.comparison.pairs import Pair

SHOWN = 20
"""The terminal names at most so many clips of a pair."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(compare)


def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN RUN...", help="run folders, or runs/NAME for its newest run")
    ],
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="write a page there too")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for programs: all facts, every clip")] = False,
) -> None:
    """Put runs side by side: what differs in their recipes, figures with intervals, a paired test, the clips."""
    from genrekit.comparison.comparison import compare_runs

    comparison = compare_runs(runs)
    if html:
        from genrekit.comparison.page import write_page

        write_page(comparison, html)
    if as_json:
        print(json.dumps(comparison.as_json(), indent=2, ensure_ascii=False))
        return
    _print(comparison)
    if html:
        print(f"\npage {html}")


def _print(comparison: Comparison) -> None:
    from genrekit.comparison.tables import figure_table, recipe_table, titles

    titled, rows = recipe_table(comparison)
    print_table(titled, rows) if rows else print("the recipes do not differ")
    print()
    print_table(*figure_table(comparison))
    for name, pair in zip(titles(comparison)[1:], comparison.pairs, strict=True):
        print(f"\n{name} against {titles(comparison)[0]}")
        _print_pair(comparison, pair)


def _print_pair(comparison: Comparison, pair: Pair) -> None:
    from genrekit.comparison.tables import clip_table, difference_table, sentences, titles

    for line in sentences(comparison.runs[0], pair):
        print(line)
    for note in pair.notes:
        show_warning(note)
    print()
    print_table(*difference_table(titles(comparison)[0], pair))
    if pair.disagreements:
        print()
        print_table(*clip_table(titles(comparison)[0], pair, SHOWN))
    if len(pair.disagreements) > SHOWN:
        print(f"and {len(pair.disagreements) - SHOWN} more clips: --html FILE or --json names them")
