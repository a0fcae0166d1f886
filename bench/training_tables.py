"""The clips of the training benchmark as tables that genrekit and the plain script both read."""

from __future__ import annotations

import csv
import random
from pathlib import Path

RATE, HOP = 22050, 512


def write_table(path: Path, data: Path, held: float, frames: int, seed: int) -> Path:
    """A split of the clips in ``data`` (a folder a class), class by class, with the stretch that fills ``frames``.

    The share ``held`` is for validation; where a class cannot be divided so, classes take turns in giving one more.
    """
    rng, due = random.Random(seed), 0.0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label", "part", "end"])
        for folder in sorted(entry for entry in data.iterdir() if entry.is_dir()):
            clips = sorted(folder.glob("*.wav"))
            rng.shuffle(clips)
            due += held * len(clips)
            count = round(due + 1e-9)
            due -= count
            for index, clip in enumerate(clips):
                part = "validation" if index < count else "train"
                writer.writerow([clip.resolve(), folder.name, part, frames * HOP / RATE])
    return path
