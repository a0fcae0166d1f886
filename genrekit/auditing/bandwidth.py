"""Up to which frequency a recording holds something: half its sampling rate, or less where all above is cut off.

MP3 at 128 kbit/s ends at 16 kHz, telephones at 3.4 kHz, and what was written anew at a higher rate ends where it did
before. Sounds that grow fainter with frequency, as most do, are not cut off; nor is noise of a room or a microphone. A
glide, or what was synthesised without higher harmonics, looks as if it were; a moment of something higher hides an end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

WINDOW = 2048
"""Samples looked at together."""

MOST_WINDOWS = 200
"""Of a block, so many spread over it: the sharpest edge is in all of them."""

LOWEST_HZ = 3000.0
"""Below, sounds themselves may end at once."""

HIGHEST = 0.92
"""Of half the sampling rate: above lies the filter that every converter has."""

WIDTH_HZ = 200.0
"""An edge falls within twice this."""

FILLED_HZ = 2000.0
"""From here to an edge there is something at every frequency: a whistle, or a bird, does not end a spectrum."""

DROP_DB = 20.0
"""All that is above an edge is so much fainter than all that is from `FILLED_HZ` up to it."""

SHORTEST = 256
"""Samples in which an end can be told."""

FAINT = 4 * 2.0**-30 / 12
"""Four times the power of rounding to 16 bits. Where nothing is louder at the highest frequencies, whether something
was cut off there cannot be told."""


@dataclass
class Bandwidth:
    """One recording's mean power spectrum, gathered block by block at ``sample_rate`` Hz."""

    sample_rate: int
    _power: np.ndarray | None = field(default=None, repr=False)
    _windows: int = 0

    def watch(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The same mono blocks [samples], noted as they pass."""
        for block in blocks:
            self.note(block)
            yield block

    def note(self, block: np.ndarray) -> None:
        """Take in the next samples, float32 [samples]."""
        import numpy as np
        from scipy import fft

        length = min(WINDOW, len(block))
        if length < SHORTEST:
            return
        windows = np.lib.stride_tricks.sliding_window_view(block, length)[:: WINDOW // 2]
        windows = windows[:: -(-len(windows) // MOST_WINDOWS)]
        hann = np.hanning(length + 1)[:length].astype(np.float32)
        hann /= np.linalg.norm(hann)
        power = np.square(np.abs(fft.rfft(windows * hann, WINDOW, axis=1)), dtype=np.float64).sum(axis=0)
        self._power = power if self._power is None else self._power + power
        self._windows += len(windows)

    @property
    def highest_hz(self) -> float | None:
        """Up to where there is something; None where that cannot be told, in a very short or faint recording."""
        if self._power is None:
            return None
        power, half = self._power / self._windows, self.sample_rate / 2
        cut_off = cutoff_hz(power, self.sample_rate)
        if cut_off is None and power[round(0.9 * HIGHEST * len(power)) :].max() < FAINT:
            return None
        return half if cut_off is None else cut_off


def cutoff_hz(power: np.ndarray, sample_rate: int) -> float | None:
    """The sharpest edge of a power spectrum [WINDOW // 2 + 1], in Hz; None if there is none.

    ``power`` is per sample: white noise has the mean of its squares in every bin.
    """
    import numpy as np

    bin_hz = sample_rate / WINDOW
    width, filled = (max(1, round(hz / bin_hz)) for hz in (WIDTH_HZ, FILLED_HZ))
    levels = _smooth(10 * np.log10(np.maximum(power, 1e-20)), width)
    edges = np.arange(round(LOWEST_HZ / bin_hz), min(round(HIGHEST * len(levels)), len(levels) - width))
    if not len(edges):
        return None
    faintest_below = np.minimum.accumulate(levels[filled:])
    loudest_above = np.maximum.accumulate(levels[::-1])[::-1]
    below, above = faintest_below[edges - width - filled], loudest_above[edges + width]
    sharpest = (below - above).argmax()
    if below[sharpest] - above[sharpest] < DROP_DB:
        return None
    around = slice(edges[sharpest] - width, edges[sharpest] + width + 1)
    crossed = (levels[around] < (below[sharpest] + above[sharpest]) / 2).argmax()
    return float((around.start + crossed) * bin_hz)


def _smooth(levels: np.ndarray, width: int) -> np.ndarray:
    """Running means over ``width`` bins, of the same length."""
    import numpy as np

    padded = np.pad(levels, (width // 2, width - 1 - width // 2), mode="edge")
    means: np.ndarray = np.convolve(padded, np.full(width, 1 / width), mode="valid")
    return means
