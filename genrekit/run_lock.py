"""One process at a time in a run folder. The lock is the operating system's, which drops it when its holder dies.

A file in the folder is locked and says who holds it; that it is there alone says nothing. POSIX record locks are used:
they belong to the process, so that a worker that it forked does not hold them on when it is gone.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from genrekit.errors import GenrekitError, WriteError

LOCK = ".lock"

UNSUPPORTED = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL})
"""What file systems answer that have no locks."""

_held: set[Path] = set()
_guard = threading.Lock()


@contextlib.contextmanager
def alone_in(folder: Path, warn: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """Hold ``folder``, which is there, for the block. Raises `GenrekitError`, saying who has it, if somebody does.

    Where the file system has no locks, ``warn`` is told, and nobody is kept out.
    """
    # A process may take its own record lock any number of times, so it has to look itself.
    with _only_once(folder.resolve()):
        descriptor = _open_locked(folder, warn)
        try:
            yield
        finally:
            if descriptor is not None:
                with contextlib.suppress(OSError):
                    (folder / LOCK).unlink()
                os.close(descriptor)


@contextlib.contextmanager
def _only_once(folder: Path) -> Iterator[None]:
    with _guard:
        if folder in _held:
            raise in_use(folder, "another run of this same process")
        _held.add(folder)
    try:
        yield
    finally:
        with _guard:
            _held.discard(folder)


def _open_locked(folder: Path, warn: Callable[[str], None]) -> int | None:
    """A descriptor that holds the lock; None where there can be none."""
    path = folder / LOCK
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
        except OSError as error:
            raise WriteError(path, error.errno or 0, error.strerror or str(error)) from None
        try:
            _lock(descriptor)
            if _is(descriptor, path):
                _sign(descriptor)
                return descriptor
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                holder = _holder(path)
                os.close(descriptor)
                raise in_use(folder, holder) from None
            warn(f"the file system of {folder} has no locks: nothing keeps a second process out")
            os.close(descriptor)
            return None
        # Its last holder removed the file while this waited for it.
        os.close(descriptor)


def _is(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        # What is locked cannot be read; so it is a byte far behind the text.
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sign(descriptor: int) -> None:
    about = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now().isoformat(" ", "seconds")}
    with contextlib.suppress(OSError):  # A full disk keeps nobody out, and nobody in.
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps(about).encode())


def _holder(path: Path) -> str:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        return f"process {about['pid']} on {about['host']}, since {about['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


def in_use(folder: Path, holder: str) -> GenrekitError:
    """The error that keeps a second one out."""
    return GenrekitError(
        f"somebody works in the run folder {folder}",
        why=f"it is held by {holder}",
        hint="wait until that one has ended, or end it; what it leaves is whole, and --resume goes on with it",
    )
