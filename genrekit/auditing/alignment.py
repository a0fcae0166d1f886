"""Whether two recordings hold the same sound: their waveforms, aligned, correlated with frequencies weighing alike.

The generalized cross-correlation with phase transform (Knapp and Carter, "The generalized correlation method for
estimation of time delay", IEEE Transactions on Acoustics, Speech, and Signal Processing 24(4), 1976), the transform
to the power of `WHITENING`: in full it would give what a codec left out as much weight as the rest. Of one and the
same sound it is a single peak, 1 after gain or a change of sign, above 0.6 after lossy codecs. Of two sounds that only
resemble each other, down to the same word of the same speaker, it stays low: their phases differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from genrekit.auditing.landmarks import RATE

if TYPE_CHECKING:
    import numpy as np

WHITENING = 0.75

SLACK_S = 0.1
"""How far from where landmarks align them waveforms may."""

PIECE_S = 1.0
"""What is compared at a time: copies are cut and pasted, and players' clocks drift."""

SAME, SAME_SHORT = 0.5, 0.66
"""The correlation of pieces that are one sound: of those of `PIECE_S`, and of shorter ones, which resemble by chance.
Two takes of a spoken digit of 0.3 s reach 0.65; a copy of one, as MP3 of 53 kbit/s, has 0.73 and more in 19 of 20."""

LEAST_S = 0.2
"""What is shorter resembles too much."""

SHARE = 0.25
"""The share of the pieces that must be one sound."""

QUIET = 0.01
"""Pieces 40 dB below the loudest one's level tell nothing."""


class Likeness(NamedTuple):
    """``same_s`` of the ``compared_s`` seconds compared are one sound, ``similarity`` (0 to 1) is their correlation."""

    same_s: float
    compared_s: float
    similarity: float

    @property
    def twins(self) -> bool:
        """Whether that is enough to call the recordings twins."""
        return self.same_s >= max(LEAST_S, SHARE * self.compared_s)


def compare(first: np.ndarray, second: np.ndarray) -> Likeness:
    """How much of two aligned waveforms [samples] at `RATE` Hz is one sound. Whatever their gain and sign."""
    import numpy as np

    length = min(len(first), len(second))
    count = max(1, length // round(PIECE_S * RATE))
    size = length // count
    pairs = [(first[at : at + size], second[at : at + size]) for at in range(0, count * size, max(1, size))]
    levels = np.array([[np.sqrt(np.mean(np.square(piece))) for piece in pair] for pair in pairs]).reshape(-1, 2)
    telling = (levels > QUIET * levels.max(axis=0, initial=0)).all(axis=1)
    values = [correlation(*pair) for pair, tells in zip(pairs, telling, strict=True) if tells]
    least = SAME if size >= 0.75 * PIECE_S * RATE else SAME_SHORT
    same = [value for value in values if value >= least]
    seconds = size / RATE
    return Likeness(len(same) * seconds, len(values) * seconds, float(np.mean(same)) if same else 0.0)


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """The peak of the correlation of two waveforms [samples], 0 to 1, within `SLACK_S`. 0 where one is silent."""
    import numpy as np
    from scipy import fft

    size = fft.next_fast_len(len(first) + len(second), real=True)
    cross = fft.rfft(second, size) * np.conj(fft.rfft(first, size))
    magnitude = np.abs(cross)
    if not magnitude.max() > 0:
        return 0.0
    floor = np.maximum(magnitude, 1e-9 * magnitude.max())
    found = np.abs(fft.irfft(cross / floor**WHITENING, size))
    slack = min(round(SLACK_S * RATE), size // 2 - 1)
    peak = max(found[: slack + 1].max(), found[-slack:].max())
    # What the peak would be if all frequencies agreed.
    return float(peak / fft.irfft(magnitude / floor**WHITENING, size)[0])
