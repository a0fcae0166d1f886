"""A data home of a few tones in the layout of GTZAN, for the contract suite: what mirdata's index of it would say."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def tiny_gtzan(root: Path) -> Path:
    """``root/gtzan_genre/genres/blues/blues.00000.wav`` …, two of four; returns ``root``."""
    from genrekit.testing import write_tones

    tones = write_tones(root / "tones")
    tracks: dict[str, dict[str, list[str | None]]] = {}
    for genre, tone in (("blues", "low"), ("jazz", "high")):
        for number in range(4):
            name = f"{genre}.{number:05}"
            relative = f"gtzan_genre/genres/{genre}/{name}.wav"
            (root / relative).parent.mkdir(parents=True, exist_ok=True)
            (tones / tone / f"{number}.wav").rename(root / relative)
            tracks[name] = {"audio": [relative, md5(root / relative)], "beats": [None, None], "tempo": [None, None]}
    return write_index(root, "gtzan_genre", tracks)


def write_index(root: Path, name: str, tracks: dict[str, dict[str, list[str | None]]]) -> Path:
    """The file that mirdata's index of a data set would be, in ``root``; returns ``root``."""
    import mirdata

    from genrekit_mirdata._home import quiet

    with quiet():
        path = root / Path(mirdata.initialize(name, data_home=str(root)).index_path).name
    path.write_text(json.dumps({"version": "1", "tracks": tracks}), encoding="utf-8")
    return root


def md5(path: Path) -> str:
    """As mirdata's indexes have it."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
