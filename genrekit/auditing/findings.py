"""What an audit found, each with what to do about it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["serious", "warning", "note"]
LEVELS: tuple[Level, ...] = ("serious", "warning", "note")
"""serious: a figure would be wrong, or clips cannot be used. warning: look at it. note: good to know."""


@dataclass(frozen=True)
class Finding:
    """One kind of trouble. ``lines`` say of what, one item a line; ``rows`` are the clips concerned."""

    check: str
    level: Level
    title: str
    hint: str
    lines: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    why: str | None = None


@dataclass(frozen=True)
class Names:
    """Short names for clips: paths below the folder that all share, and where in the file several clips share one."""

    paths: Sequence[str]
    starts_s: Sequence[float]
    _folder: str = field(init=False)

    def __post_init__(self) -> None:
        folders = {os.path.dirname(os.path.abspath(path)) for path in self.paths}  # noqa: PTH120
        try:
            common = os.path.commonpath(folders) if folders else ""
        except ValueError:  # Several drives.
            common = ""
        object.__setattr__(self, "_folder", common)

    def __getitem__(self, row: int) -> str:
        path = os.path.abspath(self.paths[row])
        name = os.path.relpath(path, self._folder) if self._folder else path
        return f"{name} at {self.starts_s[row]:g} s" if self.starts_s[row] else name


def plural(count: int, noun: str) -> str:
    """``"1 clip"``, ``"2 clips"``, ``"3 classes"``."""
    ending = "" if count == 1 else "es" if noun.endswith("s") else "s"
    return f"{count:,} {noun}{ending}"


def says(count: int, verb: str) -> str:
    """``"hold"`` of one: ``"holds"``; ``"are"`` of one: ``"is"``."""
    singular = {"are": "is", "have": "has"}.get(verb, f"{verb}s")
    return singular if count == 1 else verb


def listed(rows: Iterable[int]) -> tuple[int, ...]:
    """Each row once, ascending."""
    return tuple(sorted(set(rows)))
