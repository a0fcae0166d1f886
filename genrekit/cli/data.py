"""``genrekit data``: look at a data set before a model does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from genrekit.auditing import Audit


def register(app: typer.Typer) -> None:
    """Add the commands."""
    data = typer.Typer(help="Look at a data set before a model does.", no_args_is_help=True)
    data.command()(audit)
    app.add_typer(data, name="data")


def audit(
    source: Annotated[
        Path, typer.Argument(metavar="RECIPE|FOLDER", help="a recipe, or a folder with a folder for each class")
    ],
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="change an option of the recipe")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print everything as JSON instead")] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="also write a table with a line for each clip")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="also write a page")] = None,
    groups_out: Annotated[
        Path | None,
        typer.Option("--groups-out", metavar="FILE", help="also write a table whose groups keep twins together (CSV)"),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="let warnings count as well")] = False,
    lines: Annotated[int, typer.Option(min=1, help="how many items of a finding are shown")] = 5,
    store: Annotated[
        Path | None, typer.Option(help="where twins are remembered", envvar="GENREKIT_STORE", show_default="user cache")
    ] = None,
) -> None:
    """Find what makes figures lie: damaged clips, duplicates, leaks, shortcuts.

    Every clip is decoded once. Duplicates are found by content and by sound, through MP3, gain and a shifted start.
    Ends with 0 if nothing serious was found, with 1 if something was; with --strict a warning is enough.
    """
    from genrekit.auditing import audit as run_audit
    from genrekit.cli.audit_output import print_audit, write_csv, write_page
    from genrekit.console import Narrator, TerminalNarrator

    narrator = Narrator() if json else TerminalNarrator()
    found = run_audit(source, overrides=overrides or (), store=store, narrator=narrator)
    for path, rows in ((csv, found.clip_rows), (groups_out, found.grouped_rows)):
        if path:
            write_csv(path, rows())
    if html:
        write_page(html, found)
    print_audit(found, as_json=json, lines=lines)
    if _bad(found, strict):
        raise typer.Exit(1)


def _bad(found: Audit, strict: bool) -> bool:
    return found.count("serious") + (found.count("warning") if strict else 0) > 0
