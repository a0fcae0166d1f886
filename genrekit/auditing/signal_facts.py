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
class ChannelFacts:
    """One channel, gathered block by block. Levels are 0 to 1 of full scale."""

    samples: int = 0
    peak: float = 0.0
    _sum: float = 0.0
    _squares: float = 0.0
    _runs: dict[float, int] = field(default_factory=dict)

    def note(self, block: np.ndarray) -> None:
        """Take in the next samples, [samples]."""
        import numpy as np

        self.samples += len(block)
        self.peak = max(self.peak, float(block.max()), -float(block.min()))
        self._sum += float(block.sum(dtype=np.float64))
        self._squares += float(np.dot(block, block))
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


@dataclass
class SignalFacts:
    """A recording: what its channels are, each by itself, and a hash of their mean, which is what a model hears.

    Averaged, a clipped channel beside a clean one is not flat at its peak, and channels of opposite sign are silence.
    """

    channels: list[ChannelFacts] = field(default_factory=list)
    mix: ChannelFacts = field(default_factory=ChannelFacts)
    silent_samples: int = 0
    """Samples at which every channel is digital silence."""
    _digest: hashlib.blake2b = field(default_factory=lambda: hashlib.blake2b(digest_size=16))

    def note_channels(self, block: np.ndarray) -> None:
        """Take in a block as it was decoded, [samples, channels]."""
        import numpy as np

        if not self.channels:
            self.channels = [ChannelFacts() for _ in block.T]
        for facts, samples in zip(self.channels, np.ascontiguousarray(block.T), strict=True):
            facts.note(samples)
        self.silent_samples += int(np.count_nonzero((np.abs(block) <= STEP).all(axis=1)))

    def watch(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The same mono blocks [samples], noted as they pass."""
        import numpy as np

        for block in blocks:
            self._digest.update(np.ascontiguousarray(block).data)
            self.mix.note(block)
            yield block

    @property
    def peak(self) -> float:
        """The loudest channel's."""
        return max(channel.peak for channel in self.channels)

    @property
    def clipped(self) -> float:
        """The share of clipped samples in the channel that has most."""
        return max(channel.clipped_samples / channel.samples for channel in self.channels)

    @property
    def off_centre(self) -> ChannelFacts:
        """The channel that is off centre most."""
        return max(self.channels, key=lambda channel: abs(channel.offset))

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
