"""Applies augmenters to a batch, each clip with its own draw. (seed, epoch, clip) decides what is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from genrekit.component import Augmenter
from genrekit.errors import PluginError
from genrekit.randomness import generator

if TYPE_CHECKING:
    import numpy as np
    import torch


def generators(seed: int, epoch: int, rows: np.ndarray, windows: np.ndarray) -> list[np.random.Generator]:
    """One generator for each example of a batch."""
    pairs = zip(rows.tolist(), windows.tolist(), strict=True)
    return [generator(seed, "augment", epoch, row, window) for row, window in pairs]


def augment(batch: torch.Tensor, augmenters: Sequence[Augmenter], rngs: Sequence[np.random.Generator]) -> torch.Tensor:
    """``batch`` [n, ...] changed by one augmenter after another; row i draws from ``rngs[i]`` only."""
    for augmenter in augmenters:
        chosen = [row for row, rng in enumerate(rngs) if rng.random() < augmenter.probability]
        if chosen:
            batch = _apply(batch, augmenter, [rngs[row] for row in chosen], chosen)
    return batch


def _apply(
    batch: torch.Tensor, augmenter: Augmenter, rngs: list[np.random.Generator], chosen: list[int]
) -> torch.Tensor:
    import numpy as np
    import torch

    draws = [augmenter.draw(rng, tuple(batch.shape[1:])) for rng in rngs]
    columns = {name: np.stack([np.asarray(draw[name]) for draw in draws]) for name in draws[0]}
    tensors = {name: _tensor(column).to(batch.device) for name, column in columns.items()}
    rows = torch.tensor(chosen, device=batch.device)
    chosen_rows = batch.index_select(0, rows)
    changed = augmenter.apply(chosen_rows, tensors)
    if not isinstance(changed, torch.Tensor) or changed.shape != chosen_rows.shape:
        given = tuple(changed.shape) if isinstance(changed, torch.Tensor) else type(changed).__name__
        raise PluginError(
            f"augmenter '{augmenter.use}' ({type(augmenter).__module__}): apply() returned {given}",
            why=f"it was given {tuple(chosen_rows.shape)} and must return a tensor of the same shape",
        )
    return batch.index_copy(0, rows, changed)


def _tensor(column: np.ndarray) -> torch.Tensor:
    """Draws as a tensor; floats in float32, since not every device has float64."""
    import numpy as np
    import torch

    return torch.from_numpy(column.astype(np.float32) if column.dtype == np.float64 else column)
