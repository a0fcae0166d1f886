"""The command line: the help of every command."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer

from genrekit import cli
from genrekit.plugins import Plugins


@dataclass(frozen=True)
class Help:
    """``name`` is what is typed, ``genrekit store prune``."""

    name: str
    text: str


def commands() -> list[Help]:
    """Every command that genrekit itself has, groups before what is in them."""
    root = typer.main.get_command(cli.build_app(Plugins()))
    return [Help(" ".join(["genrekit", *path]), _help(root, path)) for path in _paths(root, [])]


def _paths(command: Any, path: list[str]) -> Iterator[list[str]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from _paths(below, [*path, name])


def _help(root: Any, path: list[str]) -> str:
    """What ``--help`` prints, 80 columns wide wherever this runs."""
    os.environ["COLUMNS"] = "80"
    text = io.StringIO()
    # Not by `cli.main`, which would show what plugins add on the machine that this runs on.
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        root(args=[*path, "--help"], prog_name="genrekit")
    return text.getvalue().strip()
