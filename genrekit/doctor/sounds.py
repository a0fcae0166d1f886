"""A second of sound written in each format that genrekit promises, and read back as a clip would be."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit import audio
from genrekit.doctor.finding import Finding, fine, wrong
from genrekit.errors import AudioError

if TYPE_CHECKING:
    import numpy as np

FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "aiff": ("AIFF", "PCM_16"),
    "au": ("AU", "PCM_16"),
    "caf": ("CAF", "PCM_16"),
}
"""File name suffix -> libsndfile's format and coding."""

RATE = 48000
LIKENESS = 0.98
"""The least correlation with what was written. Lossy codecs keep a chord to 0.99 and more; noise would be near 0."""


def formats() -> Iterator[Finding]:
    """Every format of `FORMATS`, decoded and resampled."""
    import soundfile

    readable = []
    with tempfile.TemporaryDirectory(prefix="genrekit-doctor-") as folder:
        for suffix in FORMATS:
            try:
                likeness = _there_and_back(Path(folder) / f"chord.{suffix}", suffix)
            except (AudioError, soundfile.LibsndfileError) as error:
                yield wrong("audio", f"{suffix} is not read: {error}", "pip install --upgrade soundfile")
                continue
            if likeness < LIKENESS:
                what = f"{suffix} comes out as other sound (likeness {likeness:.2f})"
                yield wrong("audio", what, "pip install --force-reinstall soundfile soxr")
            else:
                readable.append(suffix)
    version = soundfile.__libsndfile_version__
    yield fine("audio", f"libsndfile {version} reads {', '.join(readable)}")


def _there_and_back(path: Path, suffix: str) -> float:
    """The correlation between what was written and what is read at half the rate, at the best of small delays."""
    import numpy as np
    import soundfile

    container, coding = FORMATS[suffix]
    soundfile.write(path, _chord(RATE), RATE, format=container, subtype=coding)
    heard, wanted = audio.read(path, RATE // 2), _chord(RATE // 2)
    # MP3 and Opus put some silence first.
    delays = range(0, 2000, 2)
    middle = wanted[4000:8000]
    return max(float(np.corrcoef(heard[4000 + d : 8000 + d], middle)[0, 1]) for d in delays)


def _chord(rate: int) -> np.ndarray:
    """A second of three tones that fade, float32: no shift of it is like itself."""
    import numpy as np

    seconds = np.arange(rate) / rate
    tones = sum(np.sin(2 * np.pi * frequency_hz * seconds) for frequency_hz in (220.0, 277.2, 415.3))
    return (0.2 * tones * np.exp(-2 * seconds)).astype(np.float32)
