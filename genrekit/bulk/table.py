"""From recordings to a table of predictions, by way of a journal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from genrekit.answers import Prediction, Window
from genrekit.bulk.journal import Journal
from genrekit.bulk.journal_lines import Record
from genrekit.bulk.opening import close, journal_of, opened
from genrekit.bulk.recordings import Group, Recording, groups
from genrekit.errors import GenrekitError

Answers: TypeAlias = Iterator[Window | Prediction]
Answering: TypeAlias = Callable[[Iterable[list[str]]], Answers]
"""Groups of paths -> answers, the groups in any order; what a group's are must not depend on the other groups."""


def predict_into(
    table: Path,
    recordings: list[Recording],
    made_with: Record,
    answering: Answering,
    write: Callable[[Answers], int],
    restart: bool = False,
    retry_failed: bool = False,
    alone: bool = False,
) -> int:
    """Answer what the journal beside ``table`` does not hold yet, then write all; returns how many files failed.

    ``made_with`` is everything but the files that decides the answers, ready for JSON. ``write`` puts the table in its
    place and returns how many of the answers are failures. ``alone``: ``answering`` answers each file by itself, so
    that a group need not be answered as a whole.
    """
    with opened(journal_of(table), made_with, recordings, restart, retry_failed) as journal:
        _tell(journal)
        journal.add(answering(paths_of(recordings, journal.pending(alone))))
        if journal.answered < len(recordings):
            left = len(recordings) - journal.answered
            raise GenrekitError(f"{left} files were not answered", hint="the same command again answers them")
        failed = write(journal.answers())
        close(journal, all_well=not failed)
    return failed


def answered(recordings: list[Recording], answering: Answering) -> Answers:
    """The same answers, without a table and its journal."""
    return answering(paths_of(recordings, groups(recordings)))


def paths_of(recordings: list[Recording], found: Iterable[Group]) -> Iterator[list[str]]:
    """Groups as `Answering` takes them."""
    return ([recordings[number].path for number in group] for group in found)


def _tell(journal: Journal) -> None:
    if journal.answered:
        print(f"{journal.answered} of {len(journal.recordings)} files were answered before", file=sys.stderr)
