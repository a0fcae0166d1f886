"""The model in torch."""

from __future__ import annotations

import torch
from torch import nn


class NearestPrototype(nn.Module):
    """Features [batch, channels, bins, frames] -> minus the squared distances [batch, classes]."""

    def __init__(self, bins: int, size: int, classes: int) -> None:
        super().__init__()
        self.embed = nn.Sequential(nn.BatchNorm1d(bins), nn.Linear(bins, size))
        self.prototypes = nn.Parameter(torch.randn(classes, size))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits."""
        embedding = self.embed(features.flatten(1, 2).mean(dim=-1))
        return -(embedding[:, None] - self.prototypes).square().sum(dim=-1)
