"""The recipe line by line: what somebody wrote, and what was filled in."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genrekit.recipe.lines import Key, key_lines


@dataclass(frozen=True)
class RecipeLine:
    """``written``: by a person, in the recipe's file or with ``--set``; else a default."""

    text: str
    written: bool


def recipe_lines(folder: Path) -> list[RecipeLine]:
    """The run folder's ``recipe.toml``. In a folder that does not tell what was written, everything was."""
    text = (folder / "recipe.toml").read_text(encoding="utf-8")
    told = folder / "recipe_as_written.toml"
    if not told.is_file():
        return [RecipeLine(line, True) for line in text.splitlines()]
    written = set(_paths(tomllib.loads(told.read_text(encoding="utf-8")), ()))
    numbers = {line: path for path, line in key_lines(text).items() if not isinstance(path[-1], int)}
    numbers |= {line: path for path, line in key_lines(text).items() if line not in numbers}
    lines, state = [], True
    for number, line in enumerate(text.splitlines(), start=1):
        # Lines without a key of their own go on with the value above.
        state = numbers[number] in written if number in numbers else state
        lines.append(RecipeLine(line, state))
    return lines


def _paths(value: Any, above: Key) -> list[Key]:
    """Every path at which something was written, tables included."""
    if isinstance(value, dict):
        inner = [path for key, element in value.items() for path in _paths(element, (*above, key))]
    elif isinstance(value, list):
        inner = [path for index, element in enumerate(value) for path in _paths(element, (*above, index))]
    else:
        inner = []
    return [above, *inner]
