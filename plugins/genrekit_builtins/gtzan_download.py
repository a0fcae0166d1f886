"""Fetches GTZAN's archive from the first mirror that gives it, and unpacks the tracks."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urldefrag

from genrekit import DataError
from genrekit_builtins.gtzan_tracks import track_of, tracks
from genrekit_builtins.resuming_download import ResumingDownload

ORIGINAL = "sha256=24347e0223d2ba798e0a558c4c172d9d4a19c00bb7963fe055d183dadb4ef2c6"
"""Of the archive as its author published it; torchaudio 2.11 gives the same."""

MIRRORS = (
    # Packed anew, as wav: its checksum is the one that the Hub sends along.
    "https://huggingface.co/datasets/marsyas/gtzan/resolve/main/data/genres.tar.gz",
    f"http://opihi.cs.uvic.ca/sound/genres.tar.gz#{ORIGINAL}",
    f"https://web.archive.org/web/20220328223413if_/http://opihi.cs.uvic.ca/sound/genres.tar.gz#{ORIGINAL}",
)

ELSEWHERE = (
    "get GTZAN (1.2 GB) from https://huggingface.co/datasets/marsyas/gtzan or "
    "https://www.kaggle.com/datasets/andradaolteanu/gtzan-dataset-music-genre-classification, unpack it anywhere, and "
    "type --set dataset.root=FOLDER; or lay genres.tar.gz into"
)


def fetch_tracks(root: Path, mirrors: Sequence[str]) -> None:
    """Fill ``root`` / genres. An archive genres.tar.gz in ``root`` is used; else it is fetched, and removed at the end.

    Raises `genrekit.DataError` when no mirror gives an archive, or the archive holds no tracks.
    """
    root.mkdir(parents=True, exist_ok=True)
    archive = root / "genres.tar.gz"
    fetched = not archive.exists()
    if fetched:
        _fetch(archive, mirrors)
    _unpack(archive, root)
    if fetched:
        archive.unlink()


def _fetch(archive: Path, mirrors: Sequence[str]) -> None:
    import pooch
    import requests
    from urllib3.exceptions import HTTPError as TransportError

    pooch.get_logger().setLevel("WARNING")
    failures = []
    for mirror in mirrors:
        url, checksum = urldefrag(mirror)
        partial = archive.with_name(f"{archive.name}.{hashlib.sha256(url.encode()).hexdigest()[:8]}.partial")
        known = checksum.replace("=", ":") or None
        try:
            pooch.retrieve(url, known, archive.name, archive.parent, downloader=ResumingDownload(partial))
            if tarfile.is_tarfile(archive):
                return
            archive.unlink()
            failures.append(f"{url}: what came is no archive")
        except (requests.RequestException, TransportError, ValueError, OSError) as error:
            failures.append(f"{url}: {' '.join(str(error).split())[:200]}")
    raise DataError(
        "no mirror gave GTZAN", why="\n       ".join(failures) or "there are none", hint=f"{ELSEWHERE} {archive.parent}"
    )


def _unpack(archive: Path, root: Path) -> None:
    """All at once or not at all: an interrupted unpacking leaves nothing that looks complete."""
    unfinished = root / ".genres.unpacking"
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        count = sum(1 for _ in _extracted(archive, unfinished))
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(
            f"{archive} cannot be unpacked: {error}", hint="delete it and run again with --set dataset.download=true"
        ) from None
    if not count:
        raise DataError(
            f"{archive} holds no GTZAN tracks", hint="delete it and run again with --set dataset.download=true"
        )
    if (root / "genres").exists():
        (root / "genres").rmdir()
    unfinished.rename(root / "genres")


def _extracted(archive: Path, folder: Path) -> Iterator[str]:
    from tqdm.auto import tqdm  # type: ignore[import-untyped]

    with (
        tarfile.open(archive) as members,
        tqdm(total=len(tracks()), unit="track", desc="unpacking", disable=None) as bar,
    ):
        for member in members:
            name = member.name.rpartition("/")[2]
            track = track_of(name)
            content = members.extractfile(member) if track and member.isfile() else None
            if track and content:
                # Only bytes are taken from the archive; where they go is decided here.
                place = folder / tracks()[track].genre / name
                place.parent.mkdir(parents=True, exist_ok=True)
                with content, place.open("wb") as file:
                    shutil.copyfileobj(content, file)
                bar.update()
                yield track
