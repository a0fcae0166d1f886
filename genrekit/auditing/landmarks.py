"""A recording's fingerprint: pairs of spectral peaks ("landmarks"), as in Wang, "An industrial-strength audio search
algorithm", ISMIR 2003.

A peak is where the spectrogram is largest in its neighbourhood, which gain does not change and lossy codecs seldom
do. A landmark is two peaks near each other: the first one's frequency, the steps to the second in frequency and time.
Where it lies in time is apart, so a copy that starts later holds the same landmarks, all shifted alike.
"""

from __future__ import annotations

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

PAIRS = 5
"""With how many of the peaks that follow it a peak is paired."""

REACH_FRAMES, REACH_BINS = 64, 64
"""How far apart, at most, the peaks of a pair are."""

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


def pack(hashes: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """One uint64 a landmark: 20 bits of hash, and in the lowest 20 bits the frame."""
    import numpy as np

    # 2^20 frames are 2.3 hours; what comes later is told apart from what comes first by its hash only.
    return (hashes.astype(np.uint64) << np.uint64(44)) | (frames.astype(np.uint64) & np.uint64(0xFFFFF))


def sketch(hashes: np.ndarray, frames: np.ndarray, first: int = 0) -> np.ndarray:
    """At most `KEPT` landmarks, packed, their frames counted from ``first``."""
    import numpy as np

    # Fibonacci hashing: neighbouring hashes end far apart.
    scrambled = hashes.astype(np.uint32) * np.uint32(2654435769)
    chosen = np.argsort(scrambled, kind="stable")[:KEPT]
    return pack(hashes[chosen], frames[chosen] + first)


def landmarks(waveform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All landmarks of a waveform [samples] at `RATE` Hz: (hash int64 [n], frame of the first peak int64 [n])."""
    import numpy as np

    frame, bin_ = peaks(spectrogram(waveform))
    hashes, frames = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    paired = np.zeros(len(frame), np.int64)
    # Peaks are sorted by time: the k-th after a peak is the next to try, for all peaks at once.
    for k in range(1, min(len(frame), 16 * PAIRS)):
        later, higher = frame[k:] - frame[:-k], bin_[k:] - bin_[:-k]
        near = (later > 0) & (later < REACH_FRAMES) & (abs(higher) < REACH_BINS) & (paired[:-k] < PAIRS)
        paired[:-k] += near
        code = (bin_[:-k] << 13) | ((higher + REACH_BINS) << 6) | later
        hashes.append(code[near])
        frames.append(frame[:-k][near])
    return np.concatenate(hashes), np.concatenate(frames)


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
