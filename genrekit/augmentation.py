"""Applies augmenters to a batch, each clip with its own draw. (seed, epoch, clip) decides what is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from genrekit.component import Augmenter, Mixer
from genrekit.errors import PluginError

if TYPE_CHECKING:
    import numpy as np
    import torch


def augment(batch: torch.Tensor, augmenter: Augmenter, rngs: Sequence[np.random.Generator]) -> torch.Tensor:
    """``batch`` [n, ...] changed by an augmenter; row i draws from ``rngs[i]`` only."""
    if augmenter.resizes:
        return _resized(batch, augmenter, rngs)
    chosen = [row for row, rng in enumerate(rngs) if rng.random() < augmenter.probability]
    if not chosen:
        return batch
    rows = _rows(chosen, batch)
    before = batch.index_select(0, rows)
    changed = augmenter.apply(before, _draws(augmenter, [rngs[row] for row in chosen], batch))
    return batch.index_copy(0, rows, _checked(augmenter, "apply", changed, tuple(before.shape)))


def _resized(batch: torch.Tensor, augmenter: Augmenter, rngs: Sequence[np.random.Generator]) -> torch.Tensor:
    changed = augmenter.apply(batch, _draws(augmenter, rngs, batch))
    wanted = (*batch.shape[:-1], changed.shape[-1] if _is_tensor(changed) and changed.dim() else -1)
    return _checked(augmenter, "apply", changed, wanted)


def mix(
    batch: torch.Tensor,
    mixer: Mixer,
    partners: torch.Tensor,
    rngs: Sequence[np.random.Generator],
    chosen: Sequence[int],
) -> tuple[torch.Tensor, torch.Tensor]:
    """``batch`` with each of its ``chosen`` rows mixed with a row of ``partners``, and their own shares [chosen]."""
    rows = _rows(chosen, batch)
    before = batch.index_select(0, rows)
    mixed, shares = mixer.mix(before, partners, _draws(mixer, rngs, batch))
    _checked(mixer, "mix", mixed, tuple(before.shape))
    return batch.index_copy(0, rows, mixed), _checked(mixer, "mix", shares, (len(chosen),))


def _draws(augmenter: Augmenter, rngs: Sequence[np.random.Generator], batch: torch.Tensor) -> dict[str, torch.Tensor]:
    import numpy as np

    draws = [augmenter.draw(rng, tuple(batch.shape[1:])) for rng in rngs]
    columns = {name: np.stack([np.asarray(draw[name]) for draw in draws]) for name in draws[0]}
    return {name: _tensor(column).to(batch.device) for name, column in columns.items()}


def _rows(chosen: Sequence[int], batch: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.tensor(chosen, device=batch.device)


def _checked(augmenter: Augmenter, method: str, changed: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
    if _is_tensor(changed) and tuple(changed.shape) == shape:
        return changed
    given = tuple(changed.shape) if _is_tensor(changed) else type(changed).__name__
    raise PluginError(
        f"augmenter '{augmenter.use}' ({type(augmenter).__module__}): {method}() returned {given}",
        why=f"it was to return a tensor of shape {shape}",
    )


def _is_tensor(value: object) -> bool:
    import torch

    return isinstance(value, torch.Tensor)


def _tensor(column: np.ndarray) -> torch.Tensor:
    """Draws as a tensor; floats in float32, since not every device has float64."""
    import numpy as np
    import torch

    return torch.from_numpy(column.astype(np.float32) if column.dtype == np.float64 else column)
