"""Small SQLite files that remember what can be computed again: one that is damaged is thrown away and begun anew."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from genrekit import atomic
from genrekit.errors import WriteError

T = TypeVar("T")

WAIT_S = 30.0
"""Other processes may be writing."""

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_ERRNO = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_IOERR: errno.EIO,
}


def ask(path: Path, tables: Sequence[str], work: Callable[[sqlite3.Connection], T]) -> T:
    """What ``work`` gives for the database at ``path``, which has ``tables`` (CREATE TABLE IF NOT EXISTS statements).

    All that ``work`` changes is written together, or not at all. Raises `WriteError` where the disk refuses.
    """
    atomic.make_folder(path.parent)
    try:
        return _ask(path, tables, work)
    except sqlite3.DatabaseError as error:
        if _code(error) not in _DAMAGED:
            raise _refused(path, error) from None
    with atomic.refusals(path):
        path.unlink(missing_ok=True)
    try:
        return _ask(path, tables, work)
    except sqlite3.DatabaseError as error:
        raise _refused(path, error) from None


def _ask(path: Path, tables: Sequence[str], work: Callable[[sqlite3.Connection], T]) -> T:
    with closing(sqlite3.connect(path, timeout=WAIT_S)) as database, database:
        for table in tables:
            database.execute(table)
        return work(database)


def _code(error: sqlite3.DatabaseError) -> int:
    """The primary code: extended ones hold it in their lowest byte."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _refused(path: Path, error: sqlite3.DatabaseError) -> WriteError:
    return WriteError(path, _ERRNO.get(_code(error), 0), str(error))
