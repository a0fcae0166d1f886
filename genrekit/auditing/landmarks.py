"""A recording's fingerprint: constellations of spectral peaks ("landmarks"), after Wang, "An industrial-strength audio
search algorithm", ISMIR 2003; of three peaks, as in Six and Leman, "Panako", ISMIR 2014.

A peak is where the spectrogram is largest in its neighbourhood, which gain does not change and lossy codecs seldom
do. A landmark is three peaks near each other: the first one's frequency, the steps to the others in frequency and
time. Where it lies in time is apart, so a copy that starts later holds the same landmarks, all shifted alike.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

RATE = 8000
"""Hz. Codecs keep what lies below 4 kHz, and every recording has it."""

WINDOW, HOP = 256, 64
"""Samples: 32 ms, every 8 ms; short enough for a spoken digit of 0.3 s."""

NEAR_FRAMES, NEAR_BINS = 3, 4
"""A peak is the largest for so many frames and bins on each side."""

FOLLOWERS = 5
"""Any two of so many peaks that follow a peak make a landmark with it."""

REACH_FRAMES, REACH_BINS = 64, 64
"""How far from the first peak the others are, at most."""

LOWEST_BIN = 2
"""Below 62 Hz there is hum and DC."""

FLOOR = 10 ** (-70 / 20)
"""Peaks 70 dB below the segment's largest are what codecs leave out."""

SEGMENT_S = 32.768
"""Recordings are worked through in segments of so many seconds: 4,096 frames."""

KEPT = 256
"""Landmarks kept of a segment: those whose hash, scrambled, is smallest. Two recordings of the same sound keep the
same ones (a bottom-k sketch), which a random choice would not."""


def fingerprint(blocks: Iterable[np.ndarray]) -> np.ndarray:
    """The landmarks of a stream of waveforms at `RATE` Hz: uint64 [n], as `pack` makes them, times in frames."""
    import numpy as np

    frames = round(SEGMENT_S * RATE) // HOP
    found = [
        sketch(*landmarks(segment), first=index * frames) for index, segment in enumerate(_segments(blocks, frames))
    ]
    return np.concatenate(found) if found else np.zeros(0, np.uint64)


HASH_BITS, FRAME_BITS = 26, 18
"""2^18 frames are 35 minutes; what comes later in a clip is found again only as much later in the other."""


def pack(hashes: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """One uint64 a landmark: the hash in the highest bits, the frame in the lowest, room for a number between."""
    import numpy as np

    high = (hashes.astype(np.uint64) & np.uint64(2**HASH_BITS - 1)) << np.uint64(64 - HASH_BITS)
    return high | (frames.astype(np.uint64) & np.uint64(2**FRAME_BITS - 1))


def sketch(codes: np.ndarray, frames: np.ndarray, first: int = 0) -> np.ndarray:
    """At most `KEPT` landmarks, packed, their frames counted from ``first``."""
    import numpy as np

    # Fibonacci hashing: neighbouring codes end far apart.
    scrambled = (codes.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(24)
    chosen = np.argsort(scrambled, kind="stable")[:KEPT]
    return pack(scrambled[chosen], frames[chosen] + first)


def landmarks(waveform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All landmarks of a waveform [samples] at `RATE` Hz: (code int64 [n], frame of the first peak int64 [n])."""
    import numpy as np

    frame, bin_ = peaks(spectrogram(waveform))
    follower = followers(frame, bin_)
    steps = ((bin_[follower] - bin_[:, None] + REACH_BINS) << 6) | (frame[follower] - frame[:, None])
    codes, frames = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for one, other in itertools.combinations(range(FOLLOWERS), 2):
        there = follower[:, other] >= 0
        code = (bin_[there] << 26) | (steps[there, one] << 13) | steps[there, other]
        codes.append(code)
        frames.append(frame[there])
    return np.concatenate(codes), np.concatenate(frames)


def followers(frame: np.ndarray, bin_: np.ndarray) -> np.ndarray:
    """The next peaks near each peak, int64 [peaks, FOLLOWERS], -1 where there are no more. Peaks are sorted by time."""
    import numpy as np

    found, count = np.full((len(frame), FOLLOWERS), -1, np.int64), np.zeros(len(frame), np.int64)
    # The k-th after a peak is the next to try, for all peaks at once.
    for k in range(1, min(len(frame), 16 * FOLLOWERS)):
        later, higher = frame[k:] - frame[:-k], bin_[k:] - bin_[:-k]
        near = (later > 0) & (later < REACH_FRAMES) & (abs(higher) < REACH_BINS) & (count[:-k] < FOLLOWERS)
        rows = np.flatnonzero(near)
        found[rows, count[rows]] = rows + k
        count[rows] += 1
    return found


def spectrogram(waveform: np.ndarray) -> np.ndarray:
    """Magnitudes float32 [frames, WINDOW // 2 bins] with a Hann window."""
    import numpy as np
    from scipy import fft

    padded = np.pad(waveform.astype(np.float32, copy=False), (0, max(0, WINDOW - len(waveform))))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    hann = np.hanning(WINDOW + 1)[:WINDOW].astype(np.float32)
    magnitudes: np.ndarray = np.abs(fft.rfft(windows * hann, axis=1))[:, : WINDOW // 2]
    return magnitudes


def peaks(magnitudes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(frame, bin) of each peak, sorted by frame, then bin."""
    import numpy as np
    from scipy import ndimage

    size = (2 * NEAR_FRAMES + 1, 2 * NEAR_BINS + 1)
    largest = ndimage.maximum_filter(magnitudes, size=size, mode="constant")
    there = (magnitudes == largest) & (magnitudes > max(FLOOR * float(magnitudes.max()), 1e-6))
    there[:, :LOWEST_BIN] = False
    frame, bin_ = np.nonzero(there)
    return frame, bin_


def _segments(blocks: Iterable[np.ndarray], frames: int) -> Iterator[np.ndarray]:
    """The stream in stretches of that many frames, each with the rest of its last window."""
    import numpy as np

    length, held = frames * HOP, np.zeros(0, np.float32)
    for block in blocks:
        held = np.concatenate([held, block]) if len(held) else block
        while len(held) >= length + WINDOW:
            yield held[: length + WINDOW - HOP]
            held = held[length:]
    if len(held) >= WINDOW:
        yield held
