"""Paths in recipes: ``~`` and ``$VARIABLES`` expanded, relative to the file they are written in."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo

_VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|(?P<bare>\w+)|\{(?P<braced>\w+)\})")


class Override(str):
    """A string typed on the command line: a path in it is relative to the working directory, not to the recipe."""


def _resolve(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str | Path):
        return value
    base = Path.cwd() if isinstance(value, Override) else (info.context or {}).get("base", Path.cwd())
    expanded = _expand(value) if isinstance(value, str) else str(value)
    if "\0" in expanded:
        raise ValueError("a path cannot hold a NUL character")
    return Path(os.path.normpath(base / expanded))


def _expand(text: str) -> str:
    # Path.expanduser raises where there is no home; the recipe's author can do nothing about that.
    return os.path.expanduser(_VARIABLE.sub(_variable, text))  # noqa: PTH111


def _variable(match: re.Match[str]) -> str:
    if match["escaped"]:
        return "$"
    name = match["bare"] or match["braced"]
    if name not in os.environ:
        raise ValueError(f"the environment variable {name} is not set")
    return os.environ[name]


def _written(path: Path) -> str:
    return str(path).replace("$", "$$")


RecipePath = Annotated[Path, BeforeValidator(_resolve), PlainSerializer(_written, return_type=str, when_used="json")]
"""The type of a component's path option: absolute when read. ``$$`` in a recipe stands for one ``$``."""
