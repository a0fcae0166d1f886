"""Items on their way into the store: jobs write them, and threads here wait for the disk, so that no job has to."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from genrekit.errors import GenrekitError
from genrekit.store import Store

THREADS = 4
"""File systems sync several files at once in little more time than one."""

BACKLOG = 64
"""Items that may wait for the disk before preparing waits as well."""


@dataclass
class Publisher:
    """Publishes items in the background; at the end of the block all have been, also when it ends with an error."""

    store: Store
    _pool: ThreadPoolExecutor = field(init=False, default_factory=lambda: ThreadPoolExecutor(THREADS))
    _waiting: deque[Future[None]] = field(init=False, default_factory=deque)

    def add(self, key: str, written: str) -> None:
        """Take over what `Store.write` wrote. Raises `GenrekitError` if the disk refused this or an earlier item."""
        self._waiting.append(self._pool.submit(self._publish, key, Path(written)))
        while self._waiting and (len(self._waiting) > BACKLOG or self._waiting[0].done()):
            self._waiting.popleft().result()

    def _publish(self, key: str, written: Path) -> None:
        with writing_to(self.store):
            if not written.exists():
                raise _written_elsewhere(written)
            self.store.publish(key, written)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._pool.shutdown()
        for published in self._waiting if error is None else ():
            published.result()


def _written_elsewhere(written: Path) -> GenrekitError:
    return GenrekitError(
        f"what a job wrote into the feature store is not here: {written}",
        why="the executor's workers have another disk under this path, or somebody has removed it",
        hint="--store FOLDER, one that all workers and this process share",
    )


@contextlib.contextmanager
def writing_to(store: Store) -> Iterator[None]:
    """Turns the disk's refusals into a `GenrekitError` that says what to do."""
    try:
        yield
    except OSError as error:
        raise GenrekitError(
            f"cannot write to the feature store {store.root}: {error.strerror or error}",
            hint="genrekit store prune --keep 10G, or another place: --store FOLDER",
        ) from None
