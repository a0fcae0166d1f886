from __future__ import annotations

import hashlib
import io
import socket
import tarfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from archive_server import Archive, serving
from pydantic import ValidationError

from genrekit import DataError
from genrekit_builtins import resuming_download
from genrekit_builtins.gtzan import Gtzan
from genrekit_builtins.gtzan_download import MIRRORS

NOISE = np.random.default_rng(0).bytes(400_000)
TRACKS = ["genres/jazz/jazz.00000.au", "genres/rock/rock.00099.au"]


@pytest.fixture(autouse=True)
def on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(resuming_download.time, "sleep", lambda _: None)


def packed(names: Iterable[str] = TRACKS, extra: Iterable[tarfile.TarInfo] = ()) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(NOISE)
            archive.addfile(member, io.BytesIO(NOISE))
        for member in extra:
            archive.addfile(member)
    return buffer.getvalue()


def checked(url: str, content: bytes) -> str:
    return f"{url}#sha256={hashlib.sha256(content).hexdigest()}"


def nobody() -> str:
    """An address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/genres.tar.gz"


def below(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_the_archive_is_fetched_unpacked_and_removed(tmp_path: Path) -> None:
    content = packed()
    root = tmp_path / "new" / "gtzan"
    archive = Archive(content)
    with serving(archive) as url:
        clips = Gtzan(root=root, download=True, mirrors=[checked(url, content)]).clips()
        again = Gtzan(root=root, download=True, mirrors=[checked(url, content)]).clips()
    assert clips.single_labels() == again.single_labels() == ["jazz", "rock"]
    assert below(root) == TRACKS
    assert (root / TRACKS[0]).read_bytes() == NOISE
    assert len(archive.ranges) == 1


def test_an_md5_is_checked_too(tmp_path: Path) -> None:
    content = packed()
    with serving(Archive(content)) as url:
        mirror = f"{url}#md5={hashlib.md5(content).hexdigest()}"
        assert len(Gtzan(root=tmp_path, download=True, mirrors=[mirror]).clips()) == 2


def test_the_next_mirror_is_asked_when_one_is_dead_wrong_or_no_archive(tmp_path: Path) -> None:
    content = packed()
    page, wrong, good = Archive(b"<html>log in</html>"), Archive(packed(TRACKS[:1])), Archive(content)
    with serving(page) as first, serving(wrong) as second, serving(good) as third:
        mirrors = [nobody(), first, checked(second, content), checked(third, content)]
        clips = Gtzan(root=tmp_path, download=True, mirrors=mirrors).clips()
    assert len(clips) == 2
    assert [len(archive.ranges) for archive in (page, wrong, good)] == [1, 1, 1]
    assert below(tmp_path) == TRACKS


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed()
    archive = Archive(content, break_after=300_000, breaks=1)

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    with serving(archive) as url:
        dataset = Gtzan(root=tmp_path, download=True, mirrors=[checked(url, content)])
        with monkeypatch.context() as during:
            during.setattr(resuming_download.time, "sleep", interrupted)
            with pytest.raises(KeyboardInterrupt):
                dataset.clips()
        [partial] = tmp_path.glob("*.partial")
        kept = partial.stat().st_size
        assert len(dataset.clips()) == 2
    assert archive.ranges == [None, f"bytes={kept}-"]
    assert kept > 0
    assert below(tmp_path) == TRACKS


def test_when_none_answers_the_error_says_where_people_get_it(tmp_path: Path) -> None:
    dead, gone = nobody(), Archive(b"", status=404)
    with serving(gone) as url, pytest.raises(DataError) as caught:
        Gtzan(root=tmp_path, download=True, mirrors=[dead, url]).clips()
    message = str(caught.value)
    assert message.startswith("no mirror gave GTZAN")
    assert f"{dead}: " in message
    assert f"{url}: 404" in message
    assert "kaggle.com/datasets/andradaolteanu/gtzan-dataset-music-genre-classification" in message
    assert "--set dataset.root=FOLDER" in message
    assert f"lay genres.tar.gz into {tmp_path}" in message


def test_a_wrong_checksum_is_never_unpacked(tmp_path: Path) -> None:
    with serving(Archive(packed())) as url, pytest.raises(DataError, match="hash"):
        Gtzan(root=tmp_path, download=True, mirrors=[checked(url, b"other")]).clips()
    assert below(tmp_path) == []


def test_an_archive_that_was_laid_there_is_used_and_kept(tmp_path: Path) -> None:
    (tmp_path / "genres.tar.gz").write_bytes(packed())
    assert len(Gtzan(root=tmp_path, download=True, mirrors=[nobody()]).clips()) == 2
    assert below(tmp_path) == ["genres.tar.gz", *TRACKS]


def test_nothing_but_tracks_leaves_the_archive_and_nothing_leaves_the_folder(tmp_path: Path) -> None:
    link = tarfile.TarInfo("genres/jazz/jazz.00005.au")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    names = ["../../pop/pop.00001.wav", "/metal/metal.00002.au", "genres/jazz/._jazz.00003.au", "evil.sh", *TRACKS]
    root = tmp_path / "a" / "b" / "root"
    root.mkdir(parents=True)
    (root / "genres.tar.gz").write_bytes(packed(names, [link]))
    assert len(Gtzan(root=root, download=True, mirrors=[]).clips()) == 4
    inside = ["genres.tar.gz", "genres/metal/metal.00002.au", "genres/pop/pop.00001.wav", *TRACKS]
    assert below(tmp_path) == sorted(f"a/b/root/{name}" for name in inside)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (packed()[:200_000], "cannot be unpacked"),
        (b"no archive", "cannot be unpacked"),
        (packed(["readme.txt"]), "holds no GTZAN tracks"),
    ],
)
def test_a_bad_archive_leaves_nothing_that_looks_complete(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "genres.tar.gz").write_bytes(content)
    with pytest.raises(DataError, match=message):
        Gtzan(root=tmp_path, download=True, mirrors=[]).clips()
    assert not (tmp_path / "genres").exists()


def test_the_known_mirrors_of_the_original_are_checked_against_its_checksum() -> None:
    listed = pytest.importorskip("torchaudio.datasets.gtzan")
    [(url, checksum)] = listed._CHECKSUMS.items()
    assert f"{url}#sha256={checksum}" in MIRRORS


def test_a_mirror_must_be_an_address() -> None:
    with pytest.raises(ValidationError, match="begins with http"):
        Gtzan(root=".", mirrors=["file:///etc/passwd"])
