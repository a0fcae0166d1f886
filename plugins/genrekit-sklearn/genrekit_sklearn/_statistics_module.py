"""The torch module behind the statistics: the part of the model that torch's exporter writes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

LEAST_VARIANCE = 1e-8
"""A bin of less is constant: what is left is rounding, and its skewness and kurtosis are 0."""


class Statistics(nn.Module):
    """features [batch, channels, bins, frames] -> [batch, statistics * channels * bins], one after another."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(dict.fromkeys(names))

    def forward(self, features: Tensor) -> Tensor:
        values = features.float().flatten(1, 2)
        return torch.cat([self._statistic(name, values) for name in self.names], dim=1)

    def _statistic(self, name: str, values: Tensor) -> Tensor:
        """One figure of each bin's ``values`` [batch, bins, frames]."""
        if name == "mean":
            return values.mean(dim=-1)
        if name in ("minimum", "maximum"):
            return values.amin(dim=-1) if name == "minimum" else values.amax(dim=-1)
        if name == "delta-deviation":
            # In front of the first frame stands the same: one frame alone does not change.
            values = values - torch.cat([values[..., :1], values[..., :-1]], dim=-1)
        centred = values - values.mean(dim=-1, keepdim=True)
        variance = centred.square().mean(dim=-1)
        if name in ("deviation", "delta-deviation"):
            return variance.sqrt()
        return moment(centred, variance, 3 if name == "skewness" else 4)


def moment(centred: Tensor, variance: Tensor, order: int) -> Tensor:
    """The standardised central moment of that order; of the fourth, what is above a normal distribution's 3."""
    found = centred.pow(order).mean(dim=-1) / variance.clamp(min=LEAST_VARIANCE).pow(order / 2)
    return torch.where(variance > LEAST_VARIANCE, found - (3 if order == 4 else 0), torch.zeros_like(found))
