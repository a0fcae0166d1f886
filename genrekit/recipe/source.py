"""A recipe's text, and where in it, or on the command line, a key was written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from genrekit.recipe.lines import key_lines
from genrekit.recipe.place import Path


@dataclass(frozen=True)
class Spot:
    """Where something is written: ``where`` as shown, the line's number (0: none) and its text."""

    where: str
    line: int = 0
    text: str | None = None


class Source:
    """``overrides`` says which paths were set by which ``--set``."""

    def __init__(self, file: str, text: str, overrides: dict[Path, str]) -> None:
        self.file = file
        self.overrides = overrides
        self._text = text.split("\n")
        self._lines = key_lines(text)

    def locate(self, path: Path) -> Spot:
        """The innermost part of ``path`` that is written down; what was overridden is no longer in the file."""
        prefixes = [path[:end] for end in range(len(path), 0, -1)]
        for prefix in prefixes:
            if prefix in self.overrides:
                return Spot(self.overrides[prefix])
        for prefix in prefixes:
            if prefix in self._lines:
                return self.at(self._lines[prefix])
        return Spot(self.file)

    def locate_named(self, table: Path, message: str) -> Spot:
        """The first option of ``table`` that a message names and that is written down; else the table."""
        for word in re.findall(r"\w+", message):
            if (*table, word) in self.overrides or (*table, word) in self._lines:
                return self.locate((*table, word))
        return self.locate(table)

    def at(self, line: int) -> Spot:
        """A line of the file, counted from 1."""
        return Spot(f"{self.file}:{line}", line, self._text[line - 1])
