"""``genrekit doctor``: is this installation fit to work?"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genrekit.cli.store import Root

if TYPE_CHECKING:
    from genrekit.doctor import Finding

SIGNS = {"fine": ("ok", "green"), "mind": ("note", "yellow"), "wrong": ("WRONG", "bold red")}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    store: Root = None,
    runs: Annotated[Path, typer.Option(help="where run folders would be made")] = Path("runs"),
    json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Examine the installation: libraries, audio formats, plugins, folders, processor; say how to mend what is wrong.

    Reads and writes every audio format, computes with torch, onnxruntime and each GPU. The output can be pasted into
    a bug report: it holds no file of yours. Exit code 1 if something is wrong.
    """
    from genrekit.doctor import examine
    from genrekit.store import default_root

    found = examine(store or default_root(), runs)
    wrong = _print_json(found) if json else _print(found)
    if wrong:
        raise typer.Exit(1)


def _print_json(found: Iterable[Finding]) -> int:
    import json

    findings = list(found)
    print(json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    return sum(finding.status == "wrong" for finding in findings)


def _print(found: Iterable[Finding]) -> int:
    """Each finding as it comes, since torch takes seconds to import; returns how many are wrong."""
    wrong = 0
    for finding in found:
        _print_one(finding)
        wrong += finding.status == "wrong"
    print(f"{wrong} wrong" if wrong else "all is well")
    return wrong


def _print_one(finding: Finding) -> None:
    sign, style = SIGNS[finding.status]
    mend = f"\n{'':20}try: {finding.mend}" if finding.mend else ""
    line = f"{sign:6}{finding.topic:13} {finding.what}{mend}"
    if not sys.stdout.isatty():
        print(line, flush=True)
        return
    from rich.console import Console
    from rich.text import Text

    text = Text(line)
    text.stylize(style, 0, len(sign))
    text.highlight_regex(r"(?m)^ +try:", "cyan")
    Console(highlight=False).print(text, soft_wrap=True)
