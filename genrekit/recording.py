"""A recording that is open: what its header says, and its samples, block by block. Who opens one: `genrekit.audio`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genrekit.audio_guard import guarded
from genrekit.errors import AudioError
from genrekit.truncation import ENOUGH, tells_length

if TYPE_CHECKING:
    import numpy as np

BLOCK_S = 40.0
"""Seconds decoded at a time; what bounds memory on a recording of any length. The usual clips of 30 s are one block."""

BLOCK_SAMPLES = 2**24
"""The most decoded at a time, all channels together: 64 MiB, whatever rate and channels a header claims."""

LOUDEST = 2.0**31
"""Full scale is 1, and 2**31 where whole numbers were written as floats. What goes beyond is no sound."""


@dataclass(frozen=True)
class AudioInfo:
    """What a file's header says."""

    sample_rate: int
    channels: int
    frames: int
    format: str

    @property
    def duration_s(self) -> float:
        return self.frames / self.sample_rate


@dataclass(frozen=True)
class Recording:
    """A file at ``path``, open as ``sound``."""

    path: str
    sound: Any

    @property
    def info(self) -> AudioInfo:
        sound = self.sound
        return AudioInfo(sound.samplerate, sound.channels, sound.frames, f"{sound.format}/{sound.subtype}")

    def blocks(
        self,
        sample_rate: int | None = None,
        start_s: float = 0.0,
        duration_s: float | None = None,
        watch: Callable[[np.ndarray], None] | None = None,
    ) -> Iterator[np.ndarray]:
        """A stretch as `genrekit.audio.read` gives it, block by block; all blocks together hold at least one sample.

        ``watch`` is shown each block as it was decoded, float32 [frames, channels], before channels are averaged.
        """
        path, sound = self.path, self.sound
        first, count = _stretch(path, sound, start_s, duration_s)
        if first:
            guarded(path, sound.seek, first, mp3=sound.format == "MP3")
        blocks = _mono_blocks(path, sound, count, watch)
        return resampled(path, blocks, sound.samplerate, sample_rate or sound.samplerate)


def _stretch(path: str, sound: Any, start_s: float, duration_s: float | None) -> tuple[int, int]:
    """The first frame and the number of frames."""
    rate, frames = sound.samplerate, sound.frames
    # Put so that NaN fails.
    if not 0 <= start_s < frames / rate:
        raise AudioError(path, f"the clip starts at {start_s:g} s but the file ends at {frames / rate:g} s")
    if duration_s is not None and not duration_s > 0:
        raise AudioError(path, f"the clip is {duration_s:g} s long")
    first = min(round(start_s * rate), frames - 1)
    left = frames - first
    return first, left if duration_s is None else max(1, min(round(min(duration_s, frames / rate) * rate), left))


def _mono_blocks(
    path: str, sound: Any, count: int, watch: Callable[[np.ndarray], None] | None = None
) -> Iterator[np.ndarray]:
    import numpy as np

    size, seen = min(round(BLOCK_S * sound.samplerate), max(1, BLOCK_SAMPLES // sound.channels)), 0
    # Of 16-bit samples libsndfile makes the same floats, but takes three times as long over it as numpy.
    coded = "int16" if sound.subtype == "PCM_16" else "float32"
    mp3 = sound.format == "MP3"
    while seen < count:
        block = guarded(path, sound.read, min(size, count - seen), mp3=mp3, dtype=coded, always_2d=True)
        if not len(block):
            break
        seen += len(block)
        block = block if coded == "float32" else np.multiply(block, 2.0**-15, dtype=np.float32)
        mono = _mixed(block)
        if coded == "float32":
            _refuse_what_is_no_sound(path, mono)
        if watch:
            watch(block)
        yield mono
    # An MP3 may be a frame shorter than its header says.
    if not seen or (seen < ENOUGH * count - 0.05 * sound.samplerate and _promised(path, sound)):
        raise AudioError(path, f"truncated: {seen} of {count} frames could be decoded")


def _refuse_what_is_no_sound(path: str, mono: np.ndarray) -> None:
    peak = max(mono.max(), -mono.min())
    # Put so that NaN fails.
    if peak <= LOUDEST:
        return
    if peak < float("inf"):
        raise AudioError(path, f"holds samples as large as {peak:.3g}; full scale is 1")
    raise AudioError(path, "holds samples that are not finite numbers (NaN or infinity)")


def _mixed(block: np.ndarray) -> np.ndarray:
    """The mean of the channels, [frames, channels] -> [frames]."""
    # numpy's own mean over so short an axis takes thirty times as long, about as long as decoding an MP3.
    import numpy as np

    mono: np.ndarray = block[:, 0]
    # What goes beyond float32 is refused later.
    with np.errstate(over="ignore", invalid="ignore"):
        for channel in block.T[1:]:
            mono = mono + channel
        return mono if block.shape[1] == 1 else mono / block.shape[1]


def _promised(path: str, sound: Any) -> bool:
    return sound.format != "MP3" or tells_length(path)


def resampled(path: str, blocks: Iterator[np.ndarray], rate: int, target: int) -> Iterator[np.ndarray]:
    """Mono blocks of ``path`` at ``rate`` Hz, made anew at ``target`` Hz; as they are where that is the same."""
    if rate == target:
        yield from blocks
        return
    import numpy as np
    import soxr

    resampler = soxr.ResampleStream(rate, target, 1, dtype="float32", quality="HQ")
    given = 0
    for block in blocks:
        out = resampler.resample_chunk(block)
        given += len(out)
        if len(out):
            yield out
    rest = resampler.resample_chunk(np.zeros(0, np.float32), last=True)
    if not given + len(rest):
        raise AudioError(path, f"too short: no sample is left of it at {target} Hz")
    if len(rest):
        yield rest
