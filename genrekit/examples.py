"""Training examples: windows in the store, loaded in batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.clips import Clips
from genrekit.errors import GenrekitError
from genrekit.preparation import Preparation, remake
from genrekit.store import Store

if TYPE_CHECKING:
    import numpy as np
    import torch


@dataclass(frozen=True)
class Examples:
    """The windows of one part.

    ``rows`` int64 [examples] are the clips' numbers in the clip table, ``windows`` int64 [examples] which of the
    clip's windows it is, ``targets`` float32 [examples, labels] 1 for each label that the clip has, else 0.
    ``remake`` makes a clip's item anew, which somebody has taken out of the store meanwhile.
    """

    store: Store
    keys: dict[int, str]
    rows: np.ndarray
    windows: np.ndarray
    targets: np.ndarray
    remake: Callable[[int], None] = lambda row: None

    def __len__(self) -> int:
        return len(self.rows)

    def load(self, indices: np.ndarray) -> list[torch.Tensor]:
        """The examples' stored windows; equal in shape unless they are waveforms of unequal length."""
        import torch

        pairs = zip(self.rows[indices], self.windows[indices], strict=True)
        return [torch.from_numpy(self._window(int(row), int(window))) for row, window in pairs]

    def _window(self, row: int, window: int) -> np.ndarray:
        try:
            return self.store.window(self.keys[row], window)
        except GenrekitError:
            self.remake(row)
        return self.store.window(self.keys[row], window)


def examples_of(part: str, clips: Clips, labels: list[str], preparation: Preparation, store: Store) -> Examples:
    """The examples of a part's usable clips, clip by clip."""
    import numpy as np

    parts, clip_labels = clips.column("part"), clips.column("labels")
    usable = [(row, done) for row, done in preparation.usable.items() if parts[row] == part]
    rows = [row for row, done in usable for _ in range(done.windows)]
    windows = [index for _, done in usable for index in range(done.windows)]
    number = {label: index for index, label in enumerate(labels)}
    targets = np.zeros((len(rows), len(labels)), np.float32)
    for example, row in enumerate(rows):
        targets[example, [number[label] for label in clip_labels[row]]] = 1.0
    keys = {row: done.key for row, done in usable if done.key}
    places = np.asarray(rows, np.int64), np.asarray(windows, np.int64)
    return Examples(store, keys, *places, targets, lambda row: remake(preparation, row))
