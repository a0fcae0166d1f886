"""Music-like sound for measuring prediction: chords that change, noise, two channels that differ a little.

    python bench/predict_sounds.py FOLDER COUNT SECONDS RATE FORMAT      FORMAT: wav or mp3

Writes COUNT files of SECONDS into FOLDER; 20 differ, the rest are links to them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

DIFFERENT = 20
BLOCK_S = 10.0


def blocks(seconds: float, rate: int, channels: int, seed: int) -> Iterator[np.ndarray]:
    """float32 [samples, channels], `BLOCK_S` at a time."""
    rng = np.random.default_rng(seed)
    left = round(seconds * rate)
    while left:
        count = min(left, round(BLOCK_S * rate))
        time_s = np.arange(count) / rate
        notes = 110 * 2 ** (rng.integers(0, 36, 6) / 12)
        chord = sum(np.sin(2 * np.pi * note * time_s + phase) for note, phase in zip(notes, rng.random(6), strict=True))
        sound = 0.08 * chord * (0.6 + 0.4 * np.sin(2 * np.pi * 2 * time_s))
        yield (sound[:, None] + rng.normal(0, 0.03, (count, channels))).astype(np.float32)
        left -= count


def write(path: Path, seconds: float, rate: int, seed: int) -> None:
    """One file: wav is mono, mp3 stereo, as they usually come."""
    kind = path.suffix.removeprefix(".").upper()
    channels = 2 if kind == "MP3" else 1
    with soundfile.SoundFile(path, "w", samplerate=rate, channels=channels, format=kind) as sound:
        for block in blocks(seconds, rate, channels, seed):
            sound.write(block)


def main() -> None:
    """Write the files."""
    folder, count, seconds, rate, kind = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), *sys.argv[4:]
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        path = folder / f"{index:05}.{kind}"
        if index < DIFFERENT:
            write(path, seconds, int(rate), index)
        else:
            os.link(folder / f"{index % DIFFERENT:05}.{kind}", path)


if __name__ == "__main__":
    main()
