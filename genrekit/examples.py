"""Training examples: windows in the store, loaded in batches, a little ahead of when they are needed."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from genrekit.clips import Clips
from genrekit.preparation import Preparation
from genrekit.store import Store

if TYPE_CHECKING:
    import numpy as np
    import torch

T = TypeVar("T")


@dataclass(frozen=True)
class Examples:
    """The windows of one part.

    ``rows`` int64 [examples] are the clips' numbers in the clip table, ``windows`` int64 [examples] which of the
    clip's windows it is, ``targets`` int64 [examples] the label's index.
    """

    store: Store
    keys: dict[int, str]
    rows: np.ndarray
    windows: np.ndarray
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def load(self, indices: np.ndarray) -> list[torch.Tensor]:
        """The examples' stored windows; equal in shape unless they are waveforms of unequal length."""
        import torch

        pairs = zip(self.rows[indices], self.windows[indices], strict=True)
        return [torch.from_numpy(self.store.window(self.keys[int(row)], int(window))) for row, window in pairs]


def examples_of(part: str, clips: Clips, labels: list[str], preparation: Preparation, store: Store) -> Examples:
    """The examples of a part's usable clips, clip by clip."""
    import numpy as np

    parts, clip_labels = clips.column("part"), clips.single_labels()
    usable = [(row, done) for row, done in preparation.usable.items() if parts[row] == part]
    rows = [row for row, done in usable for _ in range(done.windows)]
    windows = [index for _, done in usable for index in range(done.windows)]
    number = {label: index for index, label in enumerate(labels)}
    targets = [number[clip_labels[row]] for row in rows]
    keys = {row: done.key for row, done in usable if done.key}
    return Examples(store, keys, *(np.asarray(values, dtype=np.int64) for values in (rows, windows, targets)))


def ahead(items: Iterable[T], depth: int = 2) -> Iterator[T]:
    """``items``, made up to ``depth`` ahead in a thread. An exception in making them is raised here."""
    ready: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(depth)
    stopped = threading.Event()

    def put(item: T | None, error: BaseException | None) -> None:
        while not stopped.is_set():
            try:
                return ready.put((item, error), timeout=0.1)
            except queue.Full:
                continue

    def work() -> None:
        try:
            for item in items:
                put(item, None)
                if stopped.is_set():
                    return
            put(None, StopIteration())
        except BaseException as error:
            put(None, error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item, error = ready.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        thread.join()
