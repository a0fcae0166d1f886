"""Which journal may be gone on with: one made with the same model and options, by nobody else at the moment."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from genrekit.bulk.journal import Journal
from genrekit.bulk.journal_lines import Record, decoded, encoded
from genrekit.bulk.recordings import Recording
from genrekit.errors import GenrekitError

FIRST_LINE = b"genrekit predictions 1\n"
IN_WORDS = {"genrekit": "version of genrekit", "model": "model", "threshold": "--threshold", "hop_s": "--hop"}


def journal_of(table: Path) -> Path:
    """Where the journal of a table lies."""
    return table.with_name(f"{table.name}.journal")


@contextlib.contextmanager
def opened(
    path: Path, made_with: Record, recordings: list[Recording], restart: bool = False, retry_failed: bool = False
) -> Iterator[Journal]:
    """A journal, begun anew if there is none, if ``restart``, or if one is done with and was made with something else.

    Raises `GenrekitError` where answers of another kind would be mixed, and where another process is writing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _held(path) as file:
        if restart or not _goes_on(path, file, made_with):
            file.seek(0)
            file.truncate()
            file.write(FIRST_LINE + encoded({"made_with": made_with}))
            file.flush()
        yield Journal(path, file, recordings, retry_failed)


def close(journal: Journal, all_well: bool) -> None:
    """The table is written: nothing is left to do, but for files that failed, which may be mended."""
    if all_well:
        journal.path.unlink()
        return
    journal.file.write(encoded({"done": True}))
    journal.sync()


@contextlib.contextmanager
def _held(path: Path) -> Iterator[IO[bytes]]:
    """The file, locked; it is made where there is none."""
    while True:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b") as file:
            _lock(path, file)
            if _is_still_there(path, file):
                yield file
                return


def _lock(path: Path, file: IO[bytes]) -> None:
    try:
        import fcntl
    except ImportError:  # no such locks on Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise GenrekitError(f"another process is predicting into {path.stem}", hint="wait, or another --out") from None
    except OSError:  # a file system without locks
        return


def _is_still_there(path: Path, file: IO[bytes]) -> bool:
    """Whoever had it before may have removed it at its end."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False


def _goes_on(path: Path, file: IO[bytes], made_with: Record) -> bool:
    """Whether there is a journal of the same kind, behind whose header ``file`` then stands."""
    first, line = file.readline(), file.readline()
    if not line.endswith(b"\n") and first == FIRST_LINE[: len(first)]:
        return False
    header = decoded(line)
    if first != FIRST_LINE or not header:
        what = f"{path} is no journal of this version of genrekit"
        raise GenrekitError(what, hint="--restart begins it anew, another --out leaves it alone")
    if header["made_with"] == made_with:
        return True
    if _is_done(file):
        return False
    raise GenrekitError(
        f"{path} holds answers made otherwise",
        why="; ".join(_differences(header["made_with"], made_with)),
        hint="what was typed before goes on with it; --restart begins anew",
    )


def _is_done(file: IO[bytes]) -> bool:
    last = b""
    for line in file:
        last = line
    return decoded(last) == {"done": True}


def _differences(then: Record, now: Record) -> Iterator[str]:
    for key in sorted(then.keys() | now.keys(), key=str):
        if then.get(key) != now.get(key):
            name = IN_WORDS.get(key, f"--{key}")
            yield f"another {name}" if key == "model" else f"{name} was {_shown(then.get(key))}, is {_shown(now[key])}"


def _shown(value: Any) -> str:
    if value is True:
        return "given"
    return "not given" if value is None or value is False else str(value)
