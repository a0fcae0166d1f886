"""Twins that audits found, remembered beside the store by content, so that the leak meter of a run knows them.

A run itself computes no fingerprints: that would take longer than all the rest of its preparation.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from genrekit.auditing.examination import Facts, Stretch
from genrekit.auditing.twins import Twins, connected
from genrekit.index_file import ask

VERSION = 1
"""Raise it when fingerprints or what counts as twins change: what older versions found is not used."""

Identity = str
"""A stretch of audio: ``<hash of the file's bytes>@<start>+<duration>``."""


def identity(content: str, start_s: float, duration_s: float | None) -> Identity:
    """What says which sound it is, whatever the file is called."""
    return f"{content}@{start_s:g}+{'' if duration_s is None else f'{duration_s:g}'}"


@dataclass(frozen=True)
class TwinMemory:
    """A small SQLite file under ``root``."""

    root: Path

    def remember(self, stretches: Sequence[Stretch], facts: Sequence[Facts], twins: Iterable[Twins]) -> None:
        """That these clips were compared with each other, and which of them are twins."""
        names = {
            one.row: identity(fact.content, one.start_s, one.duration_s)
            for one, fact in zip(stretches, facts, strict=True)
            if fact.reason is None
        }
        pairs = sorted((names[one.first], names[one.second]) for one in twins)
        # The same audit again adds nothing.
        session = hashlib.sha256("\n".join(sorted(names.values())).encode()).hexdigest()[:32]
        compared = [(name, session, VERSION) for name in names.values()]

        def add(database: sqlite3.Connection) -> None:
            database.executemany("INSERT OR IGNORE INTO compared VALUES (?, ?, ?)", compared)
            database.executemany("INSERT OR IGNORE INTO twins VALUES (?, ?, ?)", [(*pair, VERSION) for pair in pairs])

        ask(self._path, _TABLES, add)

    def recall(self, names: Mapping[int, Identity]) -> tuple[list[list[int]], bool]:
        """Rows that hold the same sound, family by family, and whether one audit has compared all of ``names``."""
        if not self._path.exists():
            return [], False
        wanted, met = set(names.values()), Counter[str]()

        def look(database: sqlite3.Connection) -> list[tuple[Identity, Identity]]:
            query = "SELECT session, name FROM compared WHERE version = ?"
            met.clear()
            for session, name in database.execute(query, (VERSION,)):
                met[session] += name in wanted
            return database.execute("SELECT first, second FROM twins WHERE version = ?", (VERSION,)).fetchall()

        pairs = ask(self._path, _TABLES, look)
        return _families(pairs, names), max(met.values(), default=0) == len(wanted)

    @property
    def _path(self) -> Path:
        return self.root / "twins.sqlite"


_COLUMNS = "{0} TEXT, {1} TEXT, version, PRIMARY KEY ({0}, {1}, version)"
_TABLES = [
    f"CREATE TABLE IF NOT EXISTS compared ({_COLUMNS.format('name', 'session')})",
    f"CREATE TABLE IF NOT EXISTS twins ({_COLUMNS.format('first', 'second')})",
]


def _families(pairs: Sequence[tuple[Identity, Identity]], names: Mapping[int, Identity]) -> list[list[int]]:
    """Also those that are twins through clips that are not among ``names``."""
    known = sorted({name for pair in pairs for name in pair})
    number = {name: index for index, name in enumerate(known)}
    family = connected([(number[a], number[b]) for a, b in pairs], len(known))
    members: dict[int, list[int]] = {}
    for row, name in names.items():
        if name in number:
            members.setdefault(family[number[name]], []).append(row)
    return [rows for rows in members.values() if len(rows) > 1]
