"""The one place that opens audio files: soundfile decodes, soxr resamples, everything comes out mono float32.

soundfile reads wav, flac, ogg, opus, mp3, aiff, au and caf without any system library.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.errors import AudioError

if TYPE_CHECKING:
    import numpy as np

BLOCK_S = 20.0
"""Seconds decoded at a time; what bounds memory on a recording of any length."""

_UNKNOWN_LENGTHS = {0, 0x7FFFFFFF, 0x7FFFF000, 0x7FFFFFFE, 0xFFFFFFFF, 0xFFFFF000}
"""Chunk sizes that writers to a pipe leave behind; they say "unknown", not "truncated"."""


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


def probe(path: str | Path) -> AudioInfo:
    """Read a header. Raises `AudioError` with a reason."""
    with _opened(str(path)) as sound:
        return AudioInfo(sound.samplerate, sound.channels, sound.frames, f"{sound.format}/{sound.subtype}")


def read(
    path: str | Path, sample_rate: int | None = None, start_s: float = 0.0, duration_s: float | None = None
) -> np.ndarray:
    """A stretch of a file as mono float32 [samples] in -1..1, at ``sample_rate`` Hz (None: the file's own)."""
    import numpy as np

    blocks = list(stream(path, sample_rate, start_s, duration_s))
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def stream(
    path: str | Path, sample_rate: int | None = None, start_s: float = 0.0, duration_s: float | None = None
) -> Iterator[np.ndarray]:
    """The same as `read`, block by block; all blocks together hold at least one sample, or `AudioError` is raised."""
    path = str(path)
    with _opened(path) as sound:
        rate = sound.samplerate
        first = round(start_s * rate)
        wanted = None if duration_s is None else round(duration_s * rate)
        if first >= sound.frames:
            raise AudioError(path, f"the clip starts at {start_s:g} s but the file ends at {sound.frames / rate:g} s")
        expected = sound.frames - first if wanted is None else min(wanted, sound.frames - first)
        if first:
            _guarded(path, sound.seek, first)
        blocks = _mono_blocks(path, sound, wanted, expected)
        yield from blocks if sample_rate in (None, rate) else _resampled(blocks, rate, sample_rate)


def _mono_blocks(path: str, sound: Any, wanted: int | None, expected: int) -> Iterator[np.ndarray]:
    import numpy as np

    size, seen = round(BLOCK_S * sound.samplerate), 0
    while wanted is None or seen < wanted:
        count = size if wanted is None else min(size, wanted - seen)
        block = _guarded(path, sound.read, count, dtype="float32", always_2d=True)
        if not len(block):
            break
        seen += len(block)
        mono = block[:, 0] if block.shape[1] == 1 else block.mean(axis=1, dtype=np.float32)
        if not np.isfinite(mono).all():
            raise AudioError(path, "holds samples that are not finite numbers (NaN or infinity)")
        yield mono
    # MP3 headers only estimate the length, so a few frames less is normal there.
    if seen < expected - 0.05 * sound.samplerate - 0.001 * expected or not seen:
        raise AudioError(path, f"truncated: {seen} of {expected} frames could be decoded")


def _resampled(blocks: Iterator[np.ndarray], rate: int, target: int | None) -> Iterator[np.ndarray]:
    import numpy as np
    import soxr

    resampler = soxr.ResampleStream(rate, target, 1, dtype="float32", quality="HQ")
    for block in blocks:
        out = resampler.resample_chunk(block)
        if len(out):
            yield out
    yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


def _opened(path: str) -> Any:
    _refuse_what_is_no_file(path)
    import soundfile

    sound = _guarded(path, soundfile.SoundFile, path)
    if sound.samplerate <= 0 or sound.channels <= 0:
        raise AudioError(path, f"claims {sound.channels} channels at {sound.samplerate} Hz")
    if sound.frames <= 0:
        raise AudioError(path, "holds no audio")
    told = re.search(r"data\s*:\s*(\d+) \(should be (\d+)\)", sound.extra_info)
    if told and int(told.group(1)) not in _UNKNOWN_LENGTHS and int(told.group(1)) > int(told.group(2)):
        raise AudioError(path, f"truncated: {told.group(2)} of {told.group(1)} bytes of audio are there")
    return sound


def _refuse_what_is_no_file(path: str) -> None:
    try:
        status = os.stat(path)
    except OSError as error:
        raise AudioError(path, (error.strerror or str(error)).lower()) from None
    if not Path(path).is_file():
        raise AudioError(path, "is a folder" if Path(path).is_dir() else "is not a regular file")
    if status.st_size == 0:
        raise AudioError(path, "the file is empty")


def _guarded(path: str, call: Any, *args: Any, **options: Any) -> Any:
    """``call`` with the decoder's exceptions turned into `AudioError`."""
    import soundfile

    try:
        return call(*args, **options)
    except PermissionError:
        raise AudioError(path, "permission denied") from None
    except soundfile.LibsndfileError as error:
        reason = error.error_string.rstrip(".").removeprefix("Error : ")
        raise AudioError(path, f"cannot be decoded: {reason[:1].lower()}{reason[1:]}") from None
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise AudioError(path, f"cannot be decoded: {error}") from None
