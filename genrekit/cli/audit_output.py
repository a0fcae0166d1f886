"""An audit on the terminal, as JSON, as tables and as a page."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit import atomic
from genrekit.errors import harmless, printable

if TYPE_CHECKING:
    from genrekit.auditing import Audit, Finding

COLOURS = {"serious": "red", "warning": "yellow", "note": "cyan"}


def print_audit(audit: Audit, as_json: bool = False, lines: int = 5) -> None:
    """Everything as JSON, or the findings with ``lines`` items of each."""
    if as_json:
        print(json.dumps(audit.as_json(), indent=2, ensure_ascii=False))
        return
    text = harmless("\n".join(text_lines(audit, lines)))
    if sys.stdout.isatty():
        _print_coloured(text)
    else:
        print(text)


def text_lines(audit: Audit, lines: int = 5) -> Iterator[str]:
    """What the terminal shows, without colours."""
    clips, seconds = audit.material.clips, sum(one.duration_s for one in audit.material.usable)
    parts = ", ".join(f"{count} {part}" for part, count in clips.counts().items() if count)
    counted = f" ({parts})" if parts else ""
    yield f"{audit.source}: {len(clips):,} clips{counted}, {len(clips.labels())} classes, {_span(seconds)} of audio"
    for finding in audit.findings:
        yield ""
        yield from _finding_lines(finding, lines)
    yield ""
    for note in audit.notes:
        yield f"the data set says: {note.removeprefix('warning: ')}"
    yield _verdict(audit)


def _finding_lines(finding: Finding, lines: int) -> Iterator[str]:
    yield f"{finding.level}: {finding.title}"
    for line in finding.lines[:lines]:
        yield f"    {printable(line, 400)}"
    if len(finding.lines) > lines:
        yield f"    … and {len(finding.lines) - lines:,} more"
    if finding.why:
        yield f"  why: {finding.why}"
    yield f"  try: {finding.hint}"


def _verdict(audit: Audit) -> str:
    counts = [(audit.count(level), name) for level, name in (("serious", "serious"), ("warning", "warning"))]
    told = [f"{count} {name}{'s' if name == 'warning' and count > 1 else ''}" for count, name in counts if count]
    return f"found: {', '.join(told)}" if told else "nothing serious found"


def _span(seconds: float) -> str:
    """``"12 s"``, ``"5 min"``, ``"3.2 h"``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:,.1f} h"


def _print_coloured(text: str) -> None:
    from rich.console import Console
    from rich.text import Text

    shown = Text(text)
    for level, colour in COLOURS.items():
        shown.highlight_regex(rf"(?m)^{level}:.*$", f"bold {colour}")
    shown.highlight_regex(r"(?m)^  (why|try):", "cyan")
    shown.highlight_regex(r"(?m)^    .*$", "dim")
    Console(highlight=False).print(shown, soft_wrap=True)


def write_csv(path: Path, rows: Iterable[Iterable[Any]]) -> None:
    """Write a CSV file, the header included in ``rows``."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    _write(path, text.getvalue())


def write_page(path: Path, audit: Audit) -> None:
    """Write the findings as one HTML file."""
    from genrekit.report.page import render

    summary = next(text_lines(audit))
    _write(path, render("audit.html", audit=audit, summary=summary, verdict=_verdict(audit)))


def _write(path: Path, text: str) -> None:
    atomic.make_folder(path.parent)
    atomic.write_text(path, text)
