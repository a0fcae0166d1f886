"""From maps of any length to one vector a clip: the pooling of `resnet` and `crnn-attention`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

LEAST_VARIANCE = 1e-5
"""Under the square root of a weighted deviation, whose gradient is infinite at zero."""


class MeanPooling(nn.Module):
    """maps [batch, channels, bins, frames] -> their mean over bins and frames, [batch, channels]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.width = channels

    def forward(self, maps: Tensor) -> Tensor:
        return maps.mean((2, 3))


class FramePooling(nn.Module):
    """maps -> means over bins, then ``statistics`` over frames, [batch, 2 * channels]."""

    def __init__(self, channels: int, statistics: nn.Module) -> None:
        super().__init__()
        self.width = 2 * channels
        self.statistics = statistics

    def forward(self, maps: Tensor) -> Tensor:
        pooled: Tensor = self.statistics(maps.mean(2).transpose(1, 2))
        return pooled


class MeanMaxStatistics(nn.Module):
    """frames [batch, frames, size] -> mean and maximum of each over frames, [batch, 2 * size]."""

    def forward(self, frames: Tensor) -> Tensor:
        return torch.cat([frames.mean(1), frames.amax(1)], dim=1)


class AttentiveStatistics(nn.Module):
    """frames [batch, frames, size] -> mean and deviation of each, weighted by attention, float32 [batch, 2 * size].

    Every entry has attention weights of its own, as in Okabe, Koshinaka & Shinoda, Interspeech 2018, and Desplanques,
    Thienpondt & Demuynck, "ECAPA-TDNN", Interspeech 2020.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        hidden = max(1, size // 2)
        self.attention = nn.Sequential(nn.Linear(size, hidden), nn.Tanh(), nn.Linear(hidden, size))

    def forward(self, frames: Tensor) -> Tensor:
        weights = self.attention(frames).float().softmax(dim=1)
        frames = frames.float()
        mean = (weights * frames).sum(1)
        variance = (weights * (frames - mean.unsqueeze(1)).square()).sum(1)
        return torch.cat([mean, variance.clamp(min=LEAST_VARIANCE).sqrt()], dim=1)


def pooling(name: str, channels: int) -> MeanPooling | FramePooling:
    """The pooling of that name; its ``width`` is how long its vectors are."""
    if name == "mean":
        return MeanPooling(channels)
    return FramePooling(channels, MeanMaxStatistics() if name == "mean-max" else AttentiveStatistics(channels))
