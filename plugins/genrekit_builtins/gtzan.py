"""The GTZAN genre collection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import AfterValidator

import genrekit
from genrekit import Clips, DataError, Field, RecipePath
from genrekit_builtins.data_root import check_root, contents
from genrekit_builtins.gtzan_layout import Found, find_tracks
from genrekit_builtins.gtzan_tracks import Track, tracks


def _web_address(address: str) -> str:
    if not address.startswith(("http://", "https://")):
        raise ValueError("a mirror is an address that begins with http:// or https://")
    return address


class Gtzan(genrekit.Dataset):
    """GTZAN: 1,000 excerpts of 30 s in ten genres (Tzanetakis and Cook, 2002), with artists and fault-filtered parts.

    Tracks are recognised by their names (``jazz.00054.wav``) in .wav, .au, .flac, .mp3 or .ogg, whatever the folders
    around them. ``group`` is the artist as Sturm (2013) lists them, ``part`` the fault-filtered one of Kereliuk et al.
    (2015). Tracks that these lists leave out as faulty have none: a splitter takes them for artists of their own, and
    `predefined` leaves them out.
    """

    use: Literal["gtzan"] = "gtzan"
    root: RecipePath = Field(description="folder with the tracks, in any of the usual layouts")
    download: bool = Field(False, description="fetch the archive (1.2 GB) into root if there are no tracks in it")
    mirrors: list[Annotated[str, AfterValidator(_web_address)]] | None = Field(
        None,
        description="where the archive is fetched from, in this order; '#sha256=…' or '#md5=…' at the end is checked; "
        "none: the public mirrors that are known",
    )

    @classmethod
    def example(cls, folder: Path) -> Self:
        from genrekit.testing import write_tones

        write_tones(folder, per_class=1)
        for label, genre in (("low", "blues"), ("high", "metal")):
            (folder / label / "0.wav").rename(folder / f"{genre}.00000.wav")
        return cls(root=folder)

    def clips(self) -> Clips:
        """Raises `genrekit.DataError` if there are no tracks, or they cannot be fetched."""
        from genrekit_builtins.gtzan_download import ELSEWHERE, MIRRORS, fetch_tracks

        if not self.download:
            check_root(self.root, hint=f"--set dataset.download=true fetches GTZAN, or {ELSEWHERE} {self.root}")
        found = find_tracks(self.root) if self.root.is_dir() else Found({})
        if not found.files and self.download:
            fetch_tracks(self.root, MIRRORS if self.mirrors is None else self.mirrors)
            found = find_tracks(self.root)
        if not found.files:
            self._refuse()
        known = [tracks()[track] for track in found.files]
        columns = {
            "path": list(found.files.values()),
            "labels": [[track.genre] for track in known],
            "group": [track.artist and f"artist {track.artist}" for track in known],
            "part": [track.part for track in known],
        }
        return Clips.from_columns(columns, [*found.notes(), *_fault_notes(known)])

    def _refuse(self) -> NoReturn:
        from genrekit_builtins.gtzan_download import ELSEWHERE

        raise DataError(
            f"{self.root} holds no GTZAN tracks (files like jazz.00054.wav)",
            why=f"it holds {contents(self.root)}",
            hint=f"--set dataset.download=true fetches them, or {ELSEWHERE} {self.root}",
        )


def _fault_notes(known: list[Track]) -> Iterator[str]:
    unknown = Counter(track.genre for track in known if track.artist is None)
    if unknown:
        where = ", ".join(f"{genre} {count}" for genre, count in sorted(unknown.items()))
        yield (
            f"{unknown.total()} tracks are faulty (replicas, distorted …) and of unknown artist: {where}; "
            "each counts as an artist of its own"
        )


@genrekit.hookimpl
def register_datasets(register: Any) -> None:
    """Adds `gtzan`."""
    register(Gtzan)
