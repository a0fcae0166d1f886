"""Keeps mpg123's remarks off the terminal. What they mean for a file is told as the reason of an `AudioError`.

libsndfile's MP3 decoder writes warnings to the standard error of the process, and nothing in libsndfile stops it. While
it works, what comes there goes through a pipe, and a thread passes on all that is not mpg123's.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import threading
from collections.abc import Iterator

STDERR = 2
_MPG123 = re.compile(rb"libmpg123|^(Warning|Note): ")
_LINE = re.compile(rb"[^\r\n]*[\r\n]+")
_LAST = b"\0genrekit\n"


@contextlib.contextmanager
def without_chatter() -> Iterator[None]:
    """For the time of a decoder's call. Any number of threads may be in such calls at once."""
    stderr = _FILTER
    entered = os.name != "nt" and stderr.enter()
    try:
        yield
    finally:
        if entered:
            stderr.leave()


class _Filter:
    def __init__(self) -> None:
        self.lock, self.inside, self.drained = threading.Lock(), 0, threading.Event()
        self.pipe: tuple[int, int] | None = None
        self.real = -1

    def enter(self) -> bool:
        """False where there is no standard error to be kept clean."""
        with self.lock:
            if self.inside == 0:
                try:
                    self._divert()
                except OSError:
                    return False
            self.inside += 1
            return True

    def _divert(self) -> None:
        real = os.dup(STDERR)
        if self.pipe is None:
            self.pipe = os.pipe()
            threading.Thread(target=self._pass_on, args=(self.pipe[0],), daemon=True).start()
            atexit.register(self._drain, self.pipe[1])
        before, self.real = self.real, real
        os.dup2(self.pipe[1], STDERR)
        if before >= 0:
            os.close(before)

    def leave(self) -> None:
        with self.lock:
            self.inside -= 1
            if self.inside == 0:
                os.dup2(self.real, STDERR)

    def _pass_on(self, source: int) -> None:
        held = b""
        while piece := os.read(source, 65536):
            held += piece
            end = 0
            for line in _LINE.finditer(held):
                end = line.end()
                self._tell(line[0])
            held = held[end:]

    def _tell(self, line: bytes) -> None:
        told = line.removesuffix(_LAST)
        if told and not _MPG123.search(told):
            # What was written there cannot be told anywhere else.
            with contextlib.suppress(OSError), self.lock:
                os.write(self.real, told)
        if told != line:
            self.drained.set()

    def _drain(self, end: int) -> None:
        """At the end of the process: wait until all that others wrote has been passed on."""
        with contextlib.suppress(OSError):
            os.write(end, _LAST)
            self.drained.wait(timeout=2)


_FILTER = _Filter()


def _begin_anew() -> None:
    """In a forked child there is no thread that reads the pipe."""
    global _FILTER
    if _FILTER.inside:
        os.dup2(_FILTER.real, STDERR)
    _FILTER = _Filter()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
