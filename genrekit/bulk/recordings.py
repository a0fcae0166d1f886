"""What is to be predicted, as it is on the disk now, in groups that are answered each by itself."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

GROUP_BYTES = 2**20
"""A group holds no more, or one file. Only files much shorter than this gain by being answered together."""

MOST_IN_A_GROUP = 64

Group = Sequence[int]
"""Numbers of recordings that follow one another."""


class Recording(NamedTuple):
    """A path, and what tells whether its content was changed; both figures are -1 where there is no such file."""

    path: str
    size: int
    mtime_ns: int


def examined(paths: Iterable[str | Path]) -> list[Recording]:
    """Each path once, in the order given."""
    return [_examined(path) for path in dict.fromkeys(map(str, paths))]


def _examined(path: str) -> Recording:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return Recording(path, -1, -1)
    return Recording(path, found.st_size, found.st_mtime_ns)


def groups(recordings: Sequence[Recording]) -> Iterator[Group]:
    """All of them, cut where a group is full.

    Files of a group may share a call of the model, those of different groups never do. Arithmetic of another batch
    may end in another last digit: so a group is answered as a whole or not at all, and a table is the same however
    often work on it was begun.
    """
    first, held = 0, 0
    for number, recording in enumerate(recordings):
        size = max(recording.size, 0)
        if number > first and (held + size > GROUP_BYTES or number - first == MOST_IN_A_GROUP):
            yield range(first, number)
            first, held = number, 0
        held += size
    if recordings:
        yield range(first, len(recordings))
