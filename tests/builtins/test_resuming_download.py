from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import requests
from archive_server import Archive, serving
from urllib3.exceptions import ProtocolError

from genrekit_builtins.resuming_download import ResumingDownload

CONTENT = np.random.default_rng(0).bytes(3_000_000)


@pytest.fixture(autouse=True)
def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def download(tmp_path: Path) -> ResumingDownload:
    return ResumingDownload(tmp_path / "x.partial", pause_s=0.0)


def fetched(download: ResumingDownload, url: str) -> bytes:
    output = download.partial.with_name("out")
    download(url, str(output))
    assert not download.partial.exists()
    assert not download.version.exists()
    return output.read_bytes()


def test_an_undisturbed_download_asks_once_for_everything(download: ResumingDownload) -> None:
    archive = Archive(CONTENT)
    with serving(archive) as url:
        assert fetched(download, url) == CONTENT
    assert archive.ranges == [None]


def test_a_broken_connection_is_resumed_where_it_stopped(download: ResumingDownload) -> None:
    archive = Archive(CONTENT, break_after=1_000_000, breaks=2)
    with serving(archive) as url:
        assert fetched(download, url) == CONTENT
    assert archive.ranges[0] is None
    assert len(archive.ranges) == 3
    assert all(asked and asked != "bytes=0-" for asked in archive.ranges[1:])
    assert archive.sent < 1.2 * len(CONTENT)


@pytest.mark.parametrize(("tag", "date"), [('"v1"', None), (None, "Tue, 01 Jan 2002 00:00:00 GMT")])
def test_an_interrupted_download_is_resumed_by_the_next_one(
    download: ResumingDownload, tag: str | None, date: str | None
) -> None:
    archive = Archive(CONTENT, break_after=2_000_000, breaks=1, tag=tag, date=date)
    with serving(archive) as url:
        impatient = ResumingDownload(download.partial, attempts=0, pause_s=0.0)
        with pytest.raises(ProtocolError):
            impatient._fetch(url)
        kept = download.partial.stat().st_size
        assert 0 < kept <= 2_000_000
        assert fetched(download, url) == CONTENT
    assert archive.ranges == [None, f"bytes={kept}-"]


def test_another_version_of_the_file_is_fetched_from_its_beginning(download: ResumingDownload) -> None:
    archive = Archive(CONTENT)
    with serving(archive) as url:
        download.partial.write_bytes(b"old" * 1000)
        download.version.write_text(f'{{"url": "{url}", "version": "\\"v0\\""}}')
        assert fetched(download, url) == CONTENT
    assert archive.ranges == ["bytes=3000-"]


def test_a_server_without_ranges_sends_everything_again(download: ResumingDownload) -> None:
    archive = Archive(CONTENT, break_after=1_000_000, breaks=1, understands_ranges=False)
    with serving(archive) as url:
        assert fetched(download, url) == CONTENT
    assert len(archive.ranges) == 2


@pytest.mark.parametrize("tag", [None, 'W/"weak"'])
def test_data_of_no_certain_version_is_never_stitched_together(download: ResumingDownload, tag: str | None) -> None:
    archive = Archive(CONTENT, break_after=1_000_000, breaks=1, tag=tag)
    with serving(archive) as url:
        assert fetched(download, url) == CONTENT
    assert archive.ranges == [None, None]


def test_a_part_of_another_address_is_not_gone_on_with(download: ResumingDownload) -> None:
    archive = Archive(CONTENT)
    with serving(archive) as url:
        download.partial.write_bytes(CONTENT[:1000])
        download.version.write_text('{"url": "http://elsewhere.invalid/", "version": "\\"v1\\""}')
        assert fetched(download, url) == CONTENT
    assert archive.ranges == [None]


def test_a_refused_range_starts_over(download: ResumingDownload) -> None:
    archive = Archive(CONTENT)
    with serving(archive) as url:
        download.partial.write_bytes(CONTENT + b"too much")
        download.version.write_text(f'{{"url": "{url}", "version": "\\"v1\\""}}')
        assert fetched(download, url) == CONTENT
    assert archive.ranges == [f"bytes={len(CONTENT) + 8}-", None]


def test_a_server_that_never_gets_on_is_given_up(download: ResumingDownload) -> None:
    archive = Archive(CONTENT, break_after=0, breaks=99)
    with serving(archive) as url, pytest.raises(ProtocolError):
        download(url, str(download.partial.with_name("out")))
    assert len(archive.ranges) == 3


def test_an_answer_of_not_found_is_not_tried_again(download: ResumingDownload) -> None:
    archive = Archive(b"gone", status=404)
    with serving(archive) as url, pytest.raises(requests.HTTPError, match="404"):
        download(url, str(download.partial.with_name("out")))
    assert len(archive.ranges) == 1


def test_a_claimed_checksum_is_held_to(download: ResumingDownload) -> None:
    archive = Archive(CONTENT, claim=f'"{hashlib.sha256(CONTENT).hexdigest()}"')
    with serving(archive) as url:
        assert fetched(download, url) == CONTENT
        archive.claim = f'"{hashlib.sha256(b"other").hexdigest()}"'
        with pytest.raises(ValueError, match="not what the server says"):
            download(url, str(download.partial.with_name("out")))
    assert not download.partial.exists()
