"""What the augmenters' tests share: draws for a batch, collated as training collates them."""

from __future__ import annotations

import numpy as np
import torch

import genrekit
from genrekit.randomness import generator


def draws_for(augmenter: genrekit.Augmenter, batch: torch.Tensor, seed: int = 0) -> dict[str, torch.Tensor]:
    """One draw for each clip, by (seed, clip) alone: name -> [clips]."""
    shape = tuple(batch.shape[1:])
    draws = [augmenter.draw(generator(seed, "test", clip), shape) for clip in range(len(batch))]
    return {name: torch.from_numpy(np.stack([np.asarray(draw[name]) for draw in draws])) for name in draws[0]}


def assert_each_row_is_its_own(augmenter: genrekit.Augmenter, batch: torch.Tensor) -> None:
    """A batch comes out as its clips would alone, its input is untouched, and drawing again changes nothing."""
    before, draws = batch.clone(), draws_for(augmenter, batch)
    together = augmenter.apply(batch, draws)
    assert torch.equal(batch, before)
    assert together.shape == batch.shape
    assert together.dtype == batch.dtype
    assert together.data_ptr() != batch.data_ptr()
    alone = [
        augmenter.apply(batch[row : row + 1], {name: values[row : row + 1] for name, values in draws.items()})
        for row in range(len(batch))
    ]
    assert torch.equal(together, torch.cat(alone))
    assert torch.equal(augmenter.apply(batch, draws_for(augmenter, batch)), together)
    assert not torch.equal(augmenter.apply(batch, draws_for(augmenter, batch, seed=1)), together)
