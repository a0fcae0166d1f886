"""The synthesised clips as files: written once, each whole or not at all."""

from __future__ import annotations

import io
import json
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit import DataError, atomic
from genrekit.randomness import generator
from genrekit_builtins.synth_sound import Artist, clip_waveform
from genrekit_builtins.synth_styles import Style

if TYPE_CHECKING:
    import numpy as np

SOUND = 1
"""Raise it when the same options sound otherwise: folders of another number are not mixed with new clips."""

CLIPS_PER_ARTIST = 3
HEADER_BYTES = 44


@dataclass(frozen=True)
class Studio:
    """Everything that decides how a clip sounds. How many clips there are is not part of it: more can be added."""

    seed: int
    seconds: float
    sample_rate: int

    def label(self) -> str:
        """A folder name of its own for each studio."""
        return f"v{SOUND}-seed{self.seed}-{self.seconds:g}s-{self.sample_rate}hz"

    def artist_of(self, index: int) -> int:
        """Which of a style's artists plays its clip number ``index``."""
        return index // CLIPS_PER_ARTIST

    def waveform(self, style: Style, index: int) -> np.ndarray:
        """A style's clip number ``index``, float32 [samples]; the same on every call."""
        artist = Artist.drawn(generator(self.seed, "synth", style.name, "artist", self.artist_of(index)))
        rng = generator(self.seed, "synth", style.name, "clip", index)
        return clip_waveform(style, artist, self.seconds, self.sample_rate, rng)

    def write(self, style: Style, index: int, path: Path) -> None:
        """Make ``path`` (16-bit mono WAV) unless it is there in full."""
        size = HEADER_BYTES + 2 * round(self.seconds * self.sample_rate)
        if not path.exists() or path.stat().st_size != size:
            atomic.write_bytes(path, _wav(self.waveform(style, index), self.sample_rate))


def claim(root: Path, studio: Studio) -> None:
    """Mark ``root`` as this studio's. `DataError` if it is another's, whose clips would be taken for these."""
    marker, wanted = root / "synth.json", {"studio": studio.label()}
    atomic.make_folder(root)
    try:
        found = json.loads(marker.read_text(encoding="utf-8"))
    except FileNotFoundError:
        atomic.write_bytes(marker, json.dumps(wanted).encode())
        return
    except ValueError:
        found = None
    if found != wanted:
        held = found.get("studio") if isinstance(found, dict) else "something unreadable"
        raise DataError(
            f"{root} holds clips that were synthesised with other options",
            why=f"it holds {held}, the recipe asks for {studio.label()}",
            hint="--set dataset.root=… names another folder, or delete this one",
        )


def _wav(waveform: np.ndarray, sample_rate: int) -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(np.round(waveform * 32767).astype("<i2").tobytes())
    return buffer.getvalue()
