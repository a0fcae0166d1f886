"""The mel power spectrogram on a CPU, some frames at a time, so that nothing leaves the processor's cache.

The same arithmetic as torchaudio's ``MelSpectrogram``. That one passes over tensors of tens of megabytes, takes a
square root only to square it again, and multiplies with a filter bank that is nearly all zeros.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

BLOCK_SAMPLES = 2**18
"""Samples windowed at once: 1 MiB, and its spectrum another, about a processor core's second-level cache."""

GROUP_WEIGHTS = 2048
"""Filter weights multiplied at once: fewer are lost in the cost of a call, more are mostly zeros."""


class Group(NamedTuple):
    """Neighbouring mel bands, and the part of an interleaved spectrum (real, imaginary, real, ...) that feeds them."""

    bands: slice
    values: slice
    weights: Tensor


class MelInBlocks(nn.Module):
    """waveform float32 [batch, samples] -> mel power [batch, mels, frames]; for a CPU, without gradients.

    ``window`` [n_fft] and ``filters`` [bins, mels] are a ``MelSpectrogram``'s. Frames are centred, edges reflected.
    Holds nothing that changes, so that threads may share it; a call works in about 3 MB.
    """

    def __init__(self, window: Tensor, filters: Tensor, hop_length: int) -> None:
        super().__init__()
        # Not buffers: a state dict holds torchaudio's, which these are made from.
        self.window, self.groups = window.clone(), groups(filters)
        self.n_fft, self.hop_length, self.n_mels = len(window), hop_length, filters.shape[1]

    def forward(self, waveform: Tensor) -> Tensor:
        count = 1 + (waveform.shape[1] - self.n_fft % 2) // self.hop_length
        out = torch.empty(len(waveform), self.n_mels, count)
        size = max(1, BLOCK_SAMPLES // self.n_fft)
        scratch = torch.empty(min(size, count), self.n_fft)
        for clip, power in zip(waveform, out, strict=True):
            for first in range(0, count, size):
                frames = self.frames(clip, first, min(size, count - first))
                windowed = torch.mul(frames, self.window, out=scratch[: len(frames)])
                self._bands(windowed, power[:, first : first + size])
        return out

    def frames(self, clip: Tensor, first: int, count: int) -> Tensor:
        """[count, n_fft] from ``clip`` [samples]: a view of it, but for blocks that reach over an edge."""
        half = self.n_fft // 2
        start = first * self.hop_length - half
        end = start + (count - 1) * self.hop_length + self.n_fft
        left, right = max(0, -start), max(0, end - len(clip))
        if left or right:
            # An edge is reflected from the samples beside it, of which the block itself may hold too few.
            low, high = max(0, min(start, len(clip) - half - 1)), max(end, half + 1)
            clip = nn.functional.pad(clip[None, low:high], (left, right), mode="reflect")[0]
            start -= low - left
        return clip[start:].unfold(0, self.n_fft, self.hop_length)[:count]

    def _bands(self, windowed: Tensor, out: Tensor) -> None:
        """Fill ``out`` [mels, frames] from windowed frames [frames, n_fft]."""
        values = torch.view_as_real(torch.fft.rfft(windowed)).flatten(1)
        # Weights stand twice in a group, so multiplying with them also adds real and imaginary squares.
        squares = values.square_().t()
        for group in self.groups:
            torch.mm(group.weights, squares[group.values], out=out[group.bands])


def groups(filters: Tensor) -> list[Group]:
    """``filters`` [bins, mels] cut into dense pieces along its diagonal; together they hold all that is not zero."""
    spans = [span(column) for column in filters.t()]
    starts = [0]
    for band, (_, high) in enumerate(spans):
        if (high - spans[starts[-1]][0]) * (band + 1 - starts[-1]) > GROUP_WEIGHTS and band > starts[-1]:
            starts.append(band)
    return [group(filters, spans, *ends) for ends in zip(starts, [*starts[1:], len(spans)], strict=True)]


def group(filters: Tensor, spans: list[tuple[int, int]], first: int, end: int) -> Group:
    """Bands ``first`` to ``end`` (exclusive)."""
    low, high = min(low for low, _ in spans[first:end]), max(high for _, high in spans[first:end])
    weights = filters[low:high, first:end].t().repeat_interleave(2, dim=1)
    return Group(slice(first, end), slice(2 * low, 2 * high), weights)


def span(column: Tensor) -> tuple[int, int]:
    """The first bin with weight, and the one after the last."""
    bins = column.nonzero().flatten()
    return int(bins[0]), int(bins[-1]) + 1
