"""A spectrogram's bins stretched by a fixed ratio, as one product with a matrix: it goes into any graph."""

from __future__ import annotations

import torch
from torch import nn


class BinStretch(nn.Module):
    """features [n, channels, bins, frames] -> the same, bin b read at ``scale`` * b, linearly; the ends repeat."""

    weights: torch.Tensor

    def __init__(self, bins: int, scale: float) -> None:
        super().__init__()
        positions = (torch.arange(bins) * scale).clamp(0, bins - 1)
        # A bin counts for what is less than one bin away.
        weights = (1 - (positions[:, None] - torch.arange(bins)).abs()).clamp(min=0)
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.weights @ features
