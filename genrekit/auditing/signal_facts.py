"""What the samples of one recording tell: level, clipping, digital silence, DC offset, and a hash of them all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

STEP = 2.0**-15
"""One step of 16 bits. What stays within it is digital silence, whatever the codec made of its zeros."""

NEAR_PEAK = 0.98
"""Clipping leaves runs of equal samples so near to the recording's peak, also where the gain was changed after it."""

RUN = 3
"""So many equal samples at the peak are clipped; a smooth wave has two at most."""

LOUD = 0.25
"""Recordings whose peak is lower are not called clipped: quiet ones have few steps, and equal samples by chance."""


@dataclass
class SignalFacts:
    """Gathered block by block; the figures are ready when the last block is in. Levels are 0 to 1 of full scale."""

    samples: int = 0
    peak: float = 0.0
    silent_samples: int = 0
    _sum: float = 0.0
    _squares: float = 0.0
    _runs: dict[float, int] = field(default_factory=dict)
    _digest: hashlib.blake2b = field(default_factory=lambda: hashlib.blake2b(digest_size=16))

    def watch(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The same mono blocks [samples], noted as they pass."""
        for block in blocks:
            self._note(block)
            yield block

    def _note(self, block: np.ndarray) -> None:
        import numpy as np

        self._digest.update(np.ascontiguousarray(block).data)
        self.samples += len(block)
        self.peak = max(self.peak, float(block.max()), -float(block.min()))
        self._sum += float(block.sum(dtype=np.float64))
        self._squares += float(np.dot(block, block))
        self.silent_samples += int(np.count_nonzero(np.abs(block) <= STEP))
        for level, count in flat_runs(block):
            self._runs[level] = self._runs.get(level, 0) + count

    @property
    def clipped_samples(self) -> int:
        """Samples in runs of equal ones at the peak."""
        if self.peak < LOUD:
            return 0
        return sum(count for level, count in self._runs.items() if level >= NEAR_PEAK * self.peak)

    @property
    def offset(self) -> float:
        """The mean, -1 to 1."""
        return self._sum / max(1, self.samples)

    @property
    def level(self) -> float:
        """The root of the mean square."""
        return float((self._squares / max(1, self.samples)) ** 0.5)

    def digest(self) -> str:
        """A hash of all samples: equal for a WAV and the FLAC made of it."""
        return self._digest.hexdigest()


def flat_runs(block: np.ndarray) -> Iterator[tuple[float, int]]:
    """(absolute value, samples) of each run of `RUN` or more equal samples near the block's peak."""
    import numpy as np

    level = max(LOUD, NEAR_PEAK * max(float(block.max()), -float(block.min())))
    near = np.flatnonzero(np.abs(block) >= level)
    if len(near) < RUN:
        return
    breaks = np.flatnonzero((np.diff(near) != 1) | (np.diff(block[near]) != 0)) + 1
    starts, ends = np.append(0, breaks), np.append(breaks, len(near))
    for start, end in zip(starts, ends, strict=True):
        if end - start >= RUN:
            yield abs(float(block[near[start]])), int(end - start)
