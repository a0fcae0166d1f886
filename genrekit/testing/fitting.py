"""Examples that are easy to tell apart, for models that are fitted at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genrekit.component import FeatureShape
from genrekit.testing import networks, recordings

if TYPE_CHECKING:
    import torch
    from torch import nn

PER_CLASS = 8


def examples(shape: FeatureShape, classes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Features float32 [n, channels, bins, frames] in noise, and targets [n, classes].

    Class k is louder by k in its level, in its spread over frames and in every ``classes``-th bin: whatever a model
    looks at, it finds them there.
    """
    import torch

    count = PER_CLASS * classes
    noise = torch.from_numpy(recordings.noise(count, shape.channels * shape.bins * shape.frames))
    numbers = torch.arange(count) % classes
    level = numbers.float()[:, None, None, None]
    own = (torch.arange(shape.bins) % classes == numbers[:, None]).float()[:, None, :, None]
    wave = torch.sin(torch.arange(shape.frames) * 0.9)
    made = noise.reshape(count, *shape) + level + 3 * own + level * wave
    return networks.channels_last(made), torch.nn.functional.one_hot(numbers, classes).float()


def fitted(module: nn.Module, shape: FeatureShape, classes: int, seed: int) -> nn.Module:
    """The module after its `fit`, in two batches."""
    features, targets = examples(shape, classes)
    half = len(features) // 2
    fit: Any = module.fit
    fit([(features[:half], targets[:half]), (features[half:], targets[half:])], multi_label=False, seed=seed)
    return module
