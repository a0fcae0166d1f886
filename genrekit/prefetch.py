"""Work a little ahead: threads make what another uses."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

S = TypeVar("S")
T = TypeVar("T")


def ahead(items: Iterable[T], depth: int = 2) -> Iterator[T]:
    """``items``, made up to ``depth`` ahead in a thread. An exception in making them is raised here."""
    return ahead_in_order([items], iter, depth=depth)


def ahead_in_order(
    sources: Iterable[S], make: Callable[[S], Iterator[T]], threads: int = 1, sources_ahead: int = 1, depth: int = 2
) -> Iterator[T]:
    """The items that ``make`` gives for the first source, then for the next, and so on.

    ``threads`` work on as many sources at once. Up to ``sources_ahead`` sources are begun and up to ``depth`` items of
    each wait here, so what is held does not grow with how many there are. An exception in ``make`` is raised here.
    """
    pool, lines, waiting = _Pool(make, threads), deque[_Line[T]](), iter(sources)
    try:
        while True:
            while len(lines) < sources_ahead:
                try:
                    source = next(waiting)
                except StopIteration:
                    break
                lines.append(pool.start(source, depth))
            if not lines:
                return
            yield from lines[0].items()
            lines.popleft()
    finally:
        pool.close()


class _Pool(Generic[S, T]):
    """Threads that take sources in order. Daemons, since a decoder that hangs must not keep the process alive."""

    def __init__(self, make: Callable[[S], Iterator[T]], most: int) -> None:
        self.make, self.most = make, most
        self.sources: queue.SimpleQueue[tuple[S, _Line[T]] | None] = queue.SimpleQueue()
        self.stopped = threading.Event()
        self.threads: list[threading.Thread] = []

    def start(self, source: S, depth: int) -> _Line[T]:
        line = _Line[T](depth, self.stopped)
        self.sources.put((source, line))
        if len(self.threads) < self.most:
            self.threads.append(threading.Thread(target=self._work, daemon=True))
            self.threads[-1].start()
        return line

    def _work(self) -> None:
        while (job := self.sources.get()) is not None:
            source, line = job
            line.fill(self.make, source)

    def close(self) -> None:
        self.stopped.set()
        for _ in self.threads:
            self.sources.put(None)
        for thread in self.threads:
            thread.join()


class _Line(Generic[T]):
    """One source's items, on their way from the thread that makes them."""

    def __init__(self, depth: int, stopped: threading.Event) -> None:
        self.stopped = stopped
        self.ready: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(depth)

    def fill(self, make: Callable[[S], Iterator[T]], source: S) -> None:
        try:
            for item in () if self.stopped.is_set() else make(source):
                self._put(item, None)
                if self.stopped.is_set():
                    return
            self._put(None, StopIteration())
        except BaseException as error:
            self._put(None, error)

    def _put(self, item: T | None, error: BaseException | None) -> None:
        while not self.stopped.is_set():
            try:
                return self.ready.put((item, error), timeout=0.1)
            except queue.Full:
                continue

    def items(self) -> Iterator[T]:
        while True:
            item, error = self.ready.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]
