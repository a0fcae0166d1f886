"""A spectrogram's bins stretched by a fixed ratio, in a form that goes into any graph."""

from __future__ import annotations

import torch
from torch import nn


class BinStretch(nn.Module):
    """features [n, channels, bins, frames] -> the same, bin b read at ``scale`` * b, linearly; the ends repeat."""

    low: torch.Tensor
    high: torch.Tensor
    share: torch.Tensor

    def __init__(self, bins: int, scale: float) -> None:
        super().__init__()
        positions = (torch.arange(bins) * scale).clamp(0, bins - 1)
        low = positions.floor().clamp(max=max(0, bins - 2)).long()
        self.register_buffer("low", low, persistent=False)
        self.register_buffer("high", (low + 1).clamp(max=bins - 1), persistent=False)
        self.register_buffer("share", (positions - low)[:, None], persistent=False)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features[:, :, self.low].lerp(features[:, :, self.high], self.share)
