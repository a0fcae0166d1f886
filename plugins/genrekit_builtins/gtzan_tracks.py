"""What is known about GTZAN's 1,000 tracks: facts, in `data/gtzan.csv`.

Artists: B. L. Sturm, "The GTZAN dataset: Its contents, its faults, their effects on evaluation, and its future use",
arXiv:1306.1461 (2013). Parts, called fault-filtered (443 train, 197 validation, 290 test): C. Kereliuk, B. L. Sturm and
J. Larsen, "Deep learning and music adversaries", IEEE Transactions on Multimedia 17 (2015). Each leaves tracks out that
are replicas, distorted or mislabelled, and not the same ones.
"""

from __future__ import annotations

import csv
import functools
import importlib.resources
from dataclasses import dataclass


@dataclass(frozen=True)
class Track:
    """``artist`` numbers who plays, over all genres; it is None for 52 tracks, ``part`` for 70."""

    genre: str
    artist: str | None
    part: str | None


@functools.cache
def tracks() -> dict[str, Track]:
    """``jazz.00054`` -> what is known about it, for all 1,000."""
    source = importlib.resources.files("genrekit_builtins") / "data" / "gtzan.csv"
    with source.open(encoding="utf-8") as text:
        return {
            row["track"]: Track(row["track"].partition(".")[0], row["artist"] or None, row["part"] or None)
            for row in csv.DictReader(text)
        }


def track_of(file_name: str) -> str | None:
    """The track that a file is named after, in any case and format: ``Jazz.00054.WAV`` -> ``jazz.00054``."""
    stem = file_name.lower().rpartition(".")[0]
    return stem if stem in tracks() else None
