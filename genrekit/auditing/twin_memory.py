"""Twins that audits found, remembered beside the store by content, so that the leak meter of a run knows them.

A run itself computes no fingerprints: that would take longer than all the rest of its preparation.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from genrekit.auditing.examination import Facts, Stretch
from genrekit.auditing.twins import Twins
from genrekit.errors import GenrekitError

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
        with self._database() as database:
            database.executemany("INSERT OR IGNORE INTO audited VALUES (?, ?)", [(n, VERSION) for n in names.values()])
            database.executemany("INSERT OR IGNORE INTO twins VALUES (?, ?, ?)", [(*pair, VERSION) for pair in pairs])

    def recall(self, names: Mapping[int, Identity]) -> tuple[list[tuple[int, int]], int]:
        """Pairs of rows that were found to be twins, and how many of the rows were ever audited."""
        if not self._path.exists():
            return [], 0
        rows: dict[Identity, list[int]] = {}
        for row, name in names.items():
            rows.setdefault(name, []).append(row)
        with self._database() as database:
            audited = {name for (name,) in database.execute("SELECT name FROM audited WHERE version = ?", (VERSION,))}
            pairs = database.execute("SELECT first, second FROM twins WHERE version = ?", (VERSION,)).fetchall()
        found = [(a, b) for first, second in pairs for a in rows.get(first, ()) for b in rows.get(second, ()) if a != b]
        return found, sum(name in audited for name in names.values())

    @property
    def _path(self) -> Path:
        return self.root / "twins.sqlite"

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            _make_tables(self._path)
        except sqlite3.DatabaseError:
            # The next audit finds it all again.
            self._path.unlink(missing_ok=True)
            _make_tables(self._path)
        except OSError as error:
            raise GenrekitError(f"cannot use {self.root} as the feature store: {error.strerror}") from None
        with closing(sqlite3.connect(self._path, timeout=30)) as database, database:
            yield database


def _make_tables(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=30)) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS audited (name TEXT, version, PRIMARY KEY (name, version))")
        columns = "first TEXT, second TEXT, version, PRIMARY KEY (first, second, version)"
        database.execute(f"CREATE TABLE IF NOT EXISTS twins ({columns})")
