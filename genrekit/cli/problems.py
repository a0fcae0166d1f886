"""Errors and warnings on stderr: in colour on a terminal; elsewhere plain, one line a line, as editors read them."""

from __future__ import annotations

import sys

from genrekit.errors import GenrekitError, Problem, harmless


def show_error(error: GenrekitError) -> None:
    """Every problem of ``error``."""
    if not sys.stderr.isatty():
        print(harmless(str(error)), file=sys.stderr)
        return
    for problem in error.problems:
        _print_coloured(str(problem), [(len(_place(problem)), "bold"), (len(_place(problem) + problem.what), "red")])


def show_warning(text: str) -> None:
    """One line."""
    if sys.stderr.isatty():
        _print_coloured(f"warning: {text}", [(len("warning:"), "yellow")])
    else:
        print(harmless(f"warning: {text}"), file=sys.stderr)


def _place(problem: Problem) -> str:
    return f"{problem.where}: " if problem.where else ""


def _print_coloured(line: str, until: list[tuple[int, str]]) -> None:
    """``until`` holds (end, style) of stretches that follow one another."""
    from rich.console import Console
    from rich.text import Text

    text, begin = Text(harmless(line)), 0
    for end, style in until:
        text.stylize(style, begin, end)
        begin = end
    text.highlight_regex(r"(?m)^  (why|try):", "cyan")
    Console(stderr=True, highlight=False).print(text, soft_wrap=True)
