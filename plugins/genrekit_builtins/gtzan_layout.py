"""Finds GTZAN's tracks in a folder, whatever the folders around them are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from genrekit_builtins.data_root import audio_places
from genrekit_builtins.gtzan_tracks import track_of, tracks

PREFERRED = (".wav", ".au", ".flac", ".aiff", ".ogg", ".mp3")
"""Of several files of one track, the first in this order is used: exact copies before lossy ones."""


@dataclass(frozen=True)
class Found:
    """``files`` maps each track to its file, in the tracks' order; ``others`` are audio files of no track."""

    files: dict[str, str]
    others: list[str] = field(default_factory=list)
    copies: int = 0

    def notes(self) -> Iterator[str]:
        """What people should know about an unusual folder."""
        missing = [track for track in tracks() if track not in self.files]
        if missing:
            yield f"{len(missing)} of GTZAN's {len(tracks())} tracks are not there, such as {missing[0]}"
        if self.copies:
            yield f"{self.copies} files are further copies of a track in another format or folder and are left out"
        if self.others:
            yield f"{len(self.others)} audio files are no GTZAN tracks and are left out, such as {self.others[0]}"


def find_tracks(root: Path) -> Found:
    """Tracks anywhere below ``root``: genres/, genres_original/, Data/genres_original/, or the genres themselves."""
    by_track: dict[str, list[str]] = {}
    others = []
    for path, names in audio_places(root):
        track = track_of(names[-1])
        if track:
            by_track.setdefault(track, []).append(path)
        else:
            others.append(path)
    files = {track: min(by_track[track], key=_preference) for track in tracks() if track in by_track}
    return Found(files, others, sum(map(len, by_track.values())) - len(files))


def _preference(path: str) -> tuple[int, str]:
    suffix = Path(path).suffix.lower()
    return (PREFERRED.index(suffix) if suffix in PREFERRED else len(PREFERRED), path)
