"""Which mel bands would hear nothing: arithmetic on torchaudio's filter bank, without torch.

A triangular filter that lies between two neighbouring FFT bins has no weight at all; its band is constant.
"""

from __future__ import annotations

import math
from typing import NamedTuple

_MARGIN = 1e-4
"""In FFT bins: float32 rounding may put a bin on a filter's edge, where its weight is zero."""


class Band(NamedTuple):
    """One triangular filter: its number, counted from 0, and its edges in Hz."""

    number: int
    low: float
    high: float


def mel_edges(n_mels: int, f_min: float, f_max: float) -> list[float]:
    """The n_mels + 2 edges in Hz, equally spaced on the HTK mel scale; filter m spans edges m to m + 2.

    >>> [round(edge) for edge in mel_edges(2, 0, 4000)]
    [0, 621, 1791, 4000]
    """
    low, high = _mel(f_min), _mel(f_max)
    return [_hertz(low + (high - low) * index / (n_mels + 1)) for index in range(n_mels + 2)]


def empty_filter(n_mels: int, n_fft: int, sample_rate: int, f_min: float, f_max: float) -> Band | None:
    """The first filter that no FFT bin falls into, or None."""
    edges = mel_edges(n_mels, f_min, f_max)
    # torchaudio spreads the n_fft // 2 + 1 bins from 0 to sample_rate // 2.
    spacing = (sample_rate // 2) / (n_fft // 2)
    for index, (low, high) in enumerate(zip(edges, edges[2:], strict=False)):
        if (math.floor(low / spacing + _MARGIN) + 1) > high / spacing - _MARGIN:
            return Band(index, low, high)
    return None


def most_filters(n_mels: int, n_fft: int, sample_rate: int, f_min: float, f_max: float) -> int | None:
    """The largest number of filters below ``n_mels`` of which none is empty, or None."""
    fitting = (n for n in range(n_mels - 1, 1, -1) if empty_filter(n, n_fft, sample_rate, f_min, f_max) is None)
    return next(fitting, None)


def _mel(hertz: float) -> float:
    return 2595.0 * math.log10(1.0 + hertz / 700.0)


def _hertz(mel: float) -> float:
    return float(700.0 * (10.0 ** (mel / 2595.0) - 1.0))
