"""The one place that opens audio files: soundfile decodes, soxr resamples, everything comes out mono float32.

soundfile reads wav, flac, ogg, opus, mp3, aiff, au and caf without any system library.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.chatter import without_chatter
from genrekit.errors import AudioError
from genrekit.truncation import ENOUGH, shortfall, tells_length

if TYPE_CHECKING:
    import numpy as np

BLOCK_S = 40.0
"""Seconds decoded at a time; what bounds memory on a recording of any length. The usual clips of 30 s are one block."""

BLOCK_SAMPLES = 2**24
"""The most decoded at a time, all channels together: 64 MiB, whatever rate and channels a header claims."""

LOUDEST = 2.0**31
"""Full scale is 1, and 2**31 where whole numbers were written as floats. What goes beyond is no sound."""

_QUIET_FORMATS = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM", b".snd", b"caff", b"riff")
"""What files begin with that libsndfile does not show to its MP3 decoder, which may talk of anything else."""

_UNKNOWN_FRAMES = 2**63 - 1
"""What libsndfile says of a FLAC whose header does not tell its length."""


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
        return _info(sound)


def _info(sound: Any) -> AudioInfo:
    return AudioInfo(sound.samplerate, sound.channels, sound.frames, f"{sound.format}/{sound.subtype}")


def read(
    path: str | Path, sample_rate: int | None = None, start_s: float = 0.0, duration_s: float | None = None
) -> np.ndarray:
    """A stretch of a file as mono float32 [samples], at ``sample_rate`` Hz (None: the file's own).

    Samples are in -1..1 except where a file of floats goes beyond; channels are averaged. A stretch may reach beyond
    the end of the file, then it is shorter, but not begin there. Raises `AudioError` with a reason.
    """
    import numpy as np

    blocks = list(stream(path, sample_rate, start_s, duration_s))
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def stream(
    path: str | Path,
    sample_rate: int | None = None,
    start_s: float = 0.0,
    duration_s: float | None = None,
    watch: Callable[[np.ndarray], None] | None = None,
    tell: Callable[[AudioInfo], object] | None = None,
) -> Iterator[np.ndarray]:
    """The same as `read`, block by block; all blocks together hold at least one sample.

    ``watch`` is shown each block as it was decoded, float32 [frames, channels], before channels are averaged. ``tell``
    is told what the header says, before the first block.
    """
    path = str(path)
    with _opened(path) as sound:
        if tell:
            tell(_info(sound))
        first, count = _stretch(path, sound, start_s, duration_s)
        if first:
            _guarded(path, sound.seek, first, mp3=sound.format == "MP3")
        blocks = _mono_blocks(path, sound, count, watch)
        yield from resampled(path, blocks, sound.samplerate, sample_rate or sound.samplerate)


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
        block = _guarded(path, sound.read, min(size, count - seen), mp3=mp3, dtype=coded, always_2d=True)
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


def _opened(path: str) -> Any:
    head = _head_of_file(path)
    import soundfile

    # soundfile encodes names strictly; Linux allows names that are not valid UTF-8.
    name = path if sys.platform == "win32" else os.fsencode(path)
    sound = _guarded(path, soundfile.SoundFile, name, mp3=not head.startswith(_QUIET_FORMATS))
    reason = _unusable(sound)
    if reason:
        sound.close()
        raise AudioError(path, reason)
    return sound


def _unusable(sound: Any) -> str | None:
    if not 100 <= sound.samplerate <= 10_000_000 or sound.channels <= 0:
        return f"claims {sound.channels} channels at {sound.samplerate} Hz"
    if sound.frames == _UNKNOWN_FRAMES:
        return "its header does not say how long it is; write it anew: ffmpeg -i OLD NEW"
    missing = shortfall(sound.extra_info)
    if missing:
        return f"truncated: {missing}"
    return None if sound.frames > 0 else "holds no audio"


def refuse_no_file(path: str) -> None:
    """`AudioError` for what is no file, or an empty one. It is not opened: with a named pipe that would wait."""
    with _told(path):
        status = Path(path).stat()
    if not stat.S_ISREG(status.st_mode):
        raise AudioError(path, "is a folder" if stat.S_ISDIR(status.st_mode) else "is not a regular file")
    if status.st_size == 0:
        raise AudioError(path, "the file is empty")


def _head_of_file(path: str) -> bytes:
    """The first bytes; `AudioError` for what is no file."""
    refuse_no_file(path)
    with _told(path), Path(path).open("rb", buffering=0) as file:
        return file.read(4)


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    """Turns what the system says of a path into an `AudioError`."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise AudioError(path, (getattr(error, "strerror", None) or str(error)).lower()) from None


def _guarded(path: str, call: Any, *args: Any, mp3: bool = False, **options: Any) -> Any:
    """``call`` with the decoder's exceptions turned into `AudioError`; ``mp3`` says that its decoder talks."""
    import soundfile

    try:
        with without_chatter() if mp3 else contextlib.nullcontext():
            return call(*args, **options)
    except soundfile.LibsndfileError as error:
        reason = error.error_string.rstrip(".").removeprefix("Error : ")
        raise AudioError(path, f"cannot be decoded: {reason[:1].lower()}{reason[1:]}") from None
    except (MemoryError, OSError, RuntimeError, TypeError, ValueError) as error:
        raise AudioError(path, f"cannot be decoded: {error or 'it asks for more memory than there is'}") from None
