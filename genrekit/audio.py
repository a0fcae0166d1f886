"""The one place that opens audio files: soundfile decodes, soxr resamples, everything comes out mono float32.

soundfile reads wav, flac, ogg, opus, mp3, aiff, au and caf without any system library.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.audio_guard import guarded, told
from genrekit.errors import AudioError
from genrekit.recording import AudioInfo as AudioInfo
from genrekit.recording import Recording
from genrekit.truncation import shortfall

if TYPE_CHECKING:
    import numpy as np

_QUIET_FORMATS = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM", b".snd", b"caff", b"riff")
"""What files begin with that libsndfile does not show to its MP3 decoder, which may talk of anything else."""

_UNKNOWN_FRAMES = 2**63 - 1
"""What libsndfile says of a FLAC whose header does not tell its length."""


@contextlib.contextmanager
def opened(path: str | Path) -> Iterator[Recording]:
    """A recording, open. Raises `AudioError` with a reason."""
    with _opened(str(path)) as sound:
        yield Recording(str(path), sound)


def probe(path: str | Path) -> AudioInfo:
    """Read a header. Raises `AudioError` with a reason."""
    with opened(path) as recording:
        return recording.info


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
    path: str | Path, sample_rate: int | None = None, start_s: float = 0.0, duration_s: float | None = None
) -> Iterator[np.ndarray]:
    """The same as `read`, block by block; all blocks together hold at least one sample."""
    with opened(path) as recording:
        yield from recording.blocks(sample_rate, start_s, duration_s)


def _opened(path: str) -> Any:
    head = _head_of_file(path)
    import soundfile

    # soundfile encodes names strictly; Linux allows names that are not valid UTF-8.
    name = path if sys.platform == "win32" else os.fsencode(path)
    sound = guarded(path, soundfile.SoundFile, name, mp3=not head.startswith(_QUIET_FORMATS))
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
    with told(path):
        status = Path(path).stat()
    if not stat.S_ISREG(status.st_mode):
        raise AudioError(path, "is a folder" if stat.S_ISDIR(status.st_mode) else "is not a regular file")
    if status.st_size == 0:
        raise AudioError(path, "the file is empty")


def _head_of_file(path: str) -> bytes:
    """The first bytes; `AudioError` for what is no file."""
    refuse_no_file(path)
    with told(path), Path(path).open("rb", buffering=0) as file:
        return file.read(4)
