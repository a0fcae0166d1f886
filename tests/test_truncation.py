from __future__ import annotations

from pathlib import Path

import pytest

from genrekit.truncation import shortfall, tells_length


@pytest.mark.parametrize(
    ("log", "missing"),
    [
        ("", None),
        ("data : 20000\nEnd", None),
        ("data : 20000 (should be 16000)", "16000 of 20000 bytes of audio are there"),
        ("data : 16000 (should be 20000)", None),
        ("data : 20000 (should be 19990)", None),
        ("data : 4294967295 (should be 16000)", None),
        ("data : 2147483647 (should be 16000)", None),
        ("  Data Size   : 132300 (should be 66138)", "66138 of 132300 bytes of audio are there"),
        ("  Data Size   : 4294967295 (should be 66138)", None),
        (" SSND : 132308 (should be 66131)", "66131 of 132308 bytes of audio are there"),
        ("riff : 132404 (should be 66202)\nwave", "66202 of 132404 bytes of audio are there"),
        (
            "Ogg : File ended unexpectedly without an End-Of-Stream flag set.\nOgg: Junk after the last page.",
            "the end of the Ogg stream is not there",
        ),
        # Of a WAV the whole may differ, as long as the audio is there.
        ("RIFF : 132404 (should be 66202)\nWAVE", None),
        (
            "*** Calculated frame count 33049 does not match value from 'ds64' chunk of 66150.",
            "33049 of 66150 frames of audio are there",
        ),
        ("*** Calculated frame count 33049 does not match value from 'ds64' chunk of 0.", None),
    ],
)
def test_what_libsndfile_notes(log: str, missing: str | None) -> None:
    assert shortfall(log) == missing


FRAME = b"\xff\xfb\x90\x00" + bytes(32)


@pytest.mark.parametrize(
    ("content", "tells"),
    [
        (FRAME + b"Xing" + bytes(300), True),
        (FRAME + b"Info" + bytes(300), True),
        (FRAME + b"VBRI" + bytes(300), True),
        (FRAME + bytes(300) + b"Xing", False),
        (b"", False),
        # A tag of 0b1_0000010 = 130 bytes, of which its text may say anything.
        (b"ID3\x04\0\0\0\0\x01\x02" + b"Xing".ljust(130) + FRAME + bytes(300), False),
        (b"ID3\x04\0\0\0\0\x01\x02" + b" " * 130 + FRAME + b"Xing" + bytes(300), True),
    ],
)
def test_whether_an_mp3_tells_its_length(tmp_path: Path, content: bytes, tells: bool) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(content)
    assert tells_length(str(path)) is tells
