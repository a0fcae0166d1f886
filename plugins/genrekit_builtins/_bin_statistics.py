"""Per-bin statistics of the training part, as a layer in front of a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    import genrekit

LEAST_DEVIATION = 1e-3
"""A bin that deviates less is constant, and is only moved to 0."""


class BinStatistics(nn.Module):
    """features [batch, channels, bins, frames] -> each bin minus its mean, divided by its deviation, in float32.

    Means and deviations are those of the training part's features over clips and frames; training calls
    `fit_statistics` once. Until then features pass unchanged.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, channels: int, bins: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels, bins, 1))
        self.register_buffer("deviation", torch.ones(channels, bins, 1))

    def forward(self, features: Tensor) -> Tensor:
        return (features - self.mean) / self.deviation

    @torch.no_grad()
    def fit_statistics(self, batches: Iterable[Tensor]) -> None:
        """Learn from ``batches`` of features [n, channels, bins, frames], each looked at once."""
        count, total, squares = 0, torch.zeros(self.mean.shape, dtype=torch.float64), torch.zeros(())
        for batch in batches:
            # In two steps: the sum over frames in float32 is near enough, that over a large data set would not be.
            count += batch.shape[0] * batch.shape[3]
            total = total + batch.sum(3, keepdim=True).double().sum(0).cpu()
            squares = squares + batch.square().sum(3, keepdim=True).double().sum(0).cpu()
        if not count:
            return
        mean = total / count
        deviation = (squares / count - mean.square()).clamp(min=0).sqrt()
        self.mean.copy_(mean)
        self.deviation.copy_(torch.where(deviation > LEAST_DEVIATION, deviation, torch.ones_like(deviation)))


def bin_statistics(normalise: str, shape: genrekit.FeatureShape) -> nn.Module:
    """The layer for a model's option ``normalise``: "bins", or "none", which changes nothing."""
    return BinStatistics(shape.channels, shape.bins) if normalise == "bins" else nn.Identity()
