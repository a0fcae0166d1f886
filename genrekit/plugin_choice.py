"""Which plugins a process loads and which it blocks, beside what is installed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Choice:
    """What was said with `configure`; the environment's part is read when it is asked for.

    ``GENREKIT_BLOCK`` and ``GENREKIT_PLUGINS`` hold comma-separated names to block and files to load.
    """

    local: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()

    def files(self) -> list[str]:
        """The files to load."""
        return [*_from_environment("GENREKIT_PLUGINS"), *self.local]

    def names(self) -> list[str]:
        """The names to block."""
        return [*_from_environment("GENREKIT_BLOCK"), *self.blocked]

    def arguments(self) -> list[str]:
        """The options of the command line that let another process choose the same, in the same environment."""
        local = [word for path in self.local for word in ("--plugin", path)]
        return [*local, *(word for name in self.blocked for word in ("--block", name))]


def _from_environment(variable: str) -> list[str]:
    return [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]


_made = [Choice()]


def configure(local: Iterable[str] = (), blocked: Iterable[str] = ()) -> None:
    """Say which local files are loaded and which plugins are blocked, beside what the environment says.

    Plugins that are loaded already are loaded anew when they are asked for.
    """
    _made[0] = Choice(tuple(local), tuple(blocked))


def choice() -> Choice:
    """What was said last."""
    return _made[0]
