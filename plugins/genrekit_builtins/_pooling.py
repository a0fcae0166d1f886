"""From maps of any length to one vector a clip: the pooling of `resnet` and `crnn-attention`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

LEAST_VARIANCE = 1e-5
"""Under the square root of a weighted deviation, whose gradient is infinite at zero."""


class BinMeans(nn.Module):
    """maps [batch, channels, bins, frames] -> means over bins, [batch, frames, channels]."""

    def forward(self, maps: Tensor) -> Tensor:
        return maps.mean(2).transpose(1, 2)


class BinProjection(nn.Module):
    """maps [batch, channels, bins, frames] -> [batch, frames, size]: Dropout, Linear and ReLU, frame by frame.

    Unlike a mean over bins it knows where on the frequency axis a shape was.
    """

    def __init__(self, channels: int, bins: int, size: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout, self.linear = nn.Dropout(dropout), nn.Linear(channels * bins, size)

    def forward(self, maps: Tensor) -> Tensor:
        frames: Tensor = self.linear(self.dropout(maps.permute(0, 3, 1, 2).flatten(2)))
        return frames.relu()


class MeanStatistics(nn.Module):
    """frames [batch, frames, size] -> the mean of each over frames, [batch, size]."""

    def forward(self, frames: Tensor) -> Tensor:
        return frames.mean(1)


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


def statistics(name: str, size: int) -> tuple[nn.Module, int]:
    """The pooling over frames of that name, and how long its vectors are."""
    if name == "mean":
        return MeanStatistics(), size
    return (MeanMaxStatistics() if name == "mean-max" else AttentiveStatistics(size)), 2 * size
