"""Test-time augmentation: a clip is answered as it is and in fixed variants of it, and the logits are averaged.

Krizhevsky, Sutskever & Hinton, "ImageNet classification with deep convolutional neural networks", NeurIPS 2012.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from genrekit.errors import RecipeError

if TYPE_CHECKING:
    from genrekit.component import Augmenter, FeatureShape


class Viewed(nn.Module):
    """features [batch, channels, bins, frames] -> the mean of the logits for them and for each of their ``views``."""

    def __init__(self, network: nn.Module, views: Sequence[nn.Module]) -> None:
        super().__init__()
        self.network, self.views = network, nn.ModuleList(views)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        seen = torch.cat([features, *(view(features) for view in self.views)])
        logits: torch.Tensor = self.network(seen)
        return logits.reshape(1 + len(self.views), -1, logits.shape[-1]).mean(0)


def viewed(network: nn.Module, views: Sequence[nn.Module]) -> nn.Module:
    """``network`` as it answers; itself, where there are no views."""
    return Viewed(network, views) if len(views) else network


def views_of(augmenters: Iterable[Augmenter], shape: FeatureShape) -> list[nn.Module]:
    """What ``augmenters`` offer for features of this shape; each is beside the clip as it is, not on top of another.

    Raises `RecipeError` where one does not keep the shape.
    """
    found: list[nn.Module] = []
    for augmenter in augmenters:
        views = augmenter.views(shape) if augmenter.on == "features" else ()
        for view in views:
            seen = view(torch.zeros(1, *shape))
            if list(seen.shape) != [1, *shape]:
                what = f"its test-time views are of shape {list(seen.shape[1:])}, not {list(shape)}"
                raise RecipeError(f"[augment] {augmenter.use} does not work: {what}")
        found += views
    return found
