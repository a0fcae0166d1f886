"""The modules of ``embedding-head``, and pooling over time. Imports torch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    import genrekit
    from genrekit_transformers.head import EmbeddingHead

LEAST_VARIANCE = 1e-6


class Head(nn.Module):
    """features float32 [batch, layers, size, frames] -> logits [batch, classes]"""

    def __init__(self, options: EmbeddingHead, shape: genrekit.FeatureShape, classes: int) -> None:
        super().__init__()
        self.standardise = Standardise(shape) if options.normalise else nn.Identity()
        self.layers = nn.Parameter(torch.zeros(shape.channels)) if shape.channels > 1 else None
        self.pool = Pool(options.pooling, shape.bins)
        self.classify = classifier(self.pool.size, options.hidden_size, options.dropout, classes)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        features = self.standardise(features)
        if self.layers is None:
            states = features[:, 0]
        else:
            states = (features * self.layers.softmax(dim=0)[:, None, None]).sum(dim=1)
        logits: torch.Tensor = self.classify(self.pool(states))
        return logits


def classifier(size: int, hidden: int | None, dropout: float, classes: int) -> nn.Sequential:
    """[batch, size] -> [batch, classes]"""
    between = [nn.Linear(size, hidden), nn.ReLU()] if hidden else []
    return nn.Sequential(*between, nn.Dropout(dropout), nn.Linear(hidden or size, classes))


class Pool(nn.Module):
    """Over time: [batch, size, frames] -> [batch, self.size]"""

    def __init__(self, kind: str, size: int) -> None:
        super().__init__()
        self.kind, self.size = kind, size * (2 if kind == "mean-deviation" else 1)
        self.score = nn.Linear(size, 1) if kind == "attention" else None

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        if self.score is not None:
            weights: torch.Tensor = self.score(states.transpose(1, 2)).softmax(dim=1)
            return (states @ weights)[..., 0]
        mean = states.mean(dim=2)
        if self.kind == "mean":
            return mean
        variance = (states - mean[..., None]).square().mean(dim=2)
        return torch.cat([mean, (variance + LEAST_VARIANCE).sqrt()], dim=1)


class Standardise(nn.Module):
    """Each layer's each value minus its mean, divided by its deviation, over the training part's frames."""

    def __init__(self, shape: genrekit.FeatureShape) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(shape.channels, shape.bins, 1))
        self.register_buffer("scale", torch.ones(shape.channels, shape.bins, 1))

    def fit_statistics(self, batches: Iterable[torch.Tensor]) -> None:
        """Learn mean and deviation, in float64: sums of squares of many frames lose what float32 has to lose."""
        count, total, squares = 0, torch.zeros(()), torch.zeros(())
        for batch in batches:
            values = batch.double()
            count += values.shape[0] * values.shape[3]
            total = total + values.sum(dim=(0, 3)).cpu()
            squares = squares + values.square().sum(dim=(0, 3)).cpu()
        if count:
            mean = total / count
            deviation = (squares / count - mean.square()).clamp(min=LEAST_VARIANCE).sqrt()
            self._keep(mean=mean, scale=1 / deviation)

    def _keep(self, **found: Any) -> None:
        for name, value in found.items():
            buffer = self.get_buffer(name)
            buffer.copy_(value[..., None].to(buffer))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return (features - self.get_buffer("mean")) * self.get_buffer("scale")
