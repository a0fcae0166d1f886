"""Files that hold no audio, or less than they promise, are refused with the reason; no others are."""

from __future__ import annotations

import errno
import os
import struct
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from audio_files import RATE, noise, reason, write

from genrekit import audio
from genrekit.errors import AudioError


def test_what_is_no_file(tmp_path: Path) -> None:
    assert reason(tmp_path / "gone.wav") == "no such file or directory"
    assert reason(tmp_path) == "is a folder"
    assert reason(f"{tmp_path}/a\0b.wav") == "embedded null byte"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_named_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(reason(tmp_path / "pipe.wav")), daemon=True)
    reader.start()
    reader.join(timeout=10)
    assert said == ["is not a regular file"]


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "x.wav", noise(500))

    def refuse(self: Path, *_: Any, **__: Any) -> Any:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr(Path, "open", refuse)
    assert reason(path) == "permission denied"


def test_files_that_hold_no_audio(tmp_path: Path) -> None:
    for name, content, said in [
        ("empty.wav", b"", "the file is empty"),
        ("text.wav", b"this is not audio\n" * 100, "cannot be decoded: format not recognised"),
        ("zeros.wav", bytes(5000), "cannot be decoded: format not recognised"),
        ("riff.wav", b"RIFF\x24\0\0\0WAVE", "cannot be decoded: "),
        ("x.mp3", b"<html><body>404</body></html>", "cannot be decoded: "),
        ("x.flac", b"fLaC" + bytes(100), "cannot be decoded: "),
        ("x.raw", bytes(100), "cannot be decoded: "),
    ]:
        (tmp_path / name).write_bytes(content)
        assert reason(tmp_path / name).startswith(said), name
    assert reason(write(tmp_path / "none.wav", np.zeros(0))) == "holds no audio"


def test_numbers_that_are_none(tmp_path: Path) -> None:
    for number in (np.nan, np.inf, -np.inf):
        waveform = noise(1000)
        waveform[700] = number
        path = write(tmp_path / "x.wav", np.stack([noise(1000), waveform], axis=1), subtype="FLOAT")
        assert reason(path) == "holds samples that are not finite numbers (NaN or infinity)"
        assert len(audio.read(path, duration_s=500 / RATE)) == 500


def test_rates_that_no_recorder_has(tmp_path: Path) -> None:
    assert reason(write(tmp_path / "x.wav", noise(500), 7)) == "claims 1 channels at 7 Hz"
    assert reason(write(tmp_path / "x.wav", noise(500), 2_000_000_000)) == "claims 1 channels at 2000000000 Hz"


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "au", "aiff", "caf", "w64", "rf64"])
def test_half_a_file_is_not_taken_for_a_whole_one(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"x.{suffix}", noise(3 * RATE), format=suffix.upper())
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    said = reason(path)
    assert said.startswith(("truncated: ", "cannot be decoded: "))
    assert len(said) < 100


def test_what_a_truncated_file_lacks_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "x.wav", noise(10_000))
    path.write_bytes(path.read_bytes()[:-4000])
    assert reason(path) == "truncated: 16000 of 20000 bytes of audio are there"
    with pytest.raises(AudioError, match="truncated"):
        audio.probe(path)


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 0xFFFFF000])
def test_a_wav_written_to_a_pipe_is_whole(tmp_path: Path, size: int) -> None:
    """ffmpeg and others cannot know the length when they write the header."""
    path = write(tmp_path / "x.wav", noise(10_000))
    content = bytearray(path.read_bytes())
    chunk = content.index(b"data")
    struct.pack_into("<I", content, 4, size)
    struct.pack_into("<I", content, chunk + 4, size)
    path.write_bytes(content)
    assert len(audio.read(path)) == 10_000


def test_an_au_of_unknown_length_is_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "x.au", noise(10_000))
    content = bytearray(path.read_bytes())
    content[8:12] = b"\xff" * 4
    path.write_bytes(content)
    assert len(audio.read(path)) == 10_000


def test_a_flac_of_unknown_length_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "x.flac", noise(10_000))
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    path.write_bytes(content)
    assert reason(path) == "its header does not say how long it is; write it anew: ffmpeg -i OLD NEW"


def _headless(path: Path) -> Path:
    """The same MP3 without its first frame, which says how long it is."""
    content = path.read_bytes()
    second = content.index(content[:2], 4)
    path.write_bytes(content[second:])
    return path


def test_an_mp3_that_tells_no_length_is_not_taken_for_truncated(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    waveform = np.concatenate([np.zeros(5 * 44100, np.float32), noise(5 * 44100), np.zeros(5 * 44100, np.float32)])
    options: dict[str, Any] = {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "AVERAGE"}
    with soundfile.SoundFile(path, "w", 44100, 1, **options) as file:
        file.write(waveform)
    assert len(audio.read(path)) == len(waveform)
    _headless(path)
    guessed = audio.probe(path).frames
    assert guessed > 1.2 * len(waveform)
    assert len(audio.read(path)) == pytest.approx(len(waveform), abs=3 * 1152)


def test_files_are_closed_whatever_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    real = soundfile.SoundFile

    def noted(*arguments: Any) -> Any:
        opened.append(real(*arguments))
        return opened[-1]

    good = write(tmp_path / "good.wav", noise(5000))
    bad = write(tmp_path / "bad.wav", np.full(5000, np.nan), subtype="FLOAT")
    cut = write(tmp_path / "cut.wav", noise(5000))
    cut.write_bytes(cut.read_bytes()[:5000])
    monkeypatch.setattr(soundfile, "SoundFile", noted)
    audio.read(good)
    audio.probe(good)
    reason(bad)
    reason(cut)
    blocks = audio.stream(good)
    next(blocks)
    blocks.close()
    assert len(opened) == 5
    assert all(file.closed for file in opened)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "au", "aiff", "caf", "w64", "rf64"])
def test_damaged_files_are_audio_or_an_audio_error(tmp_path: Path, suffix: str) -> None:
    chance = np.random.default_rng(0)
    whole = np.frombuffer(write(tmp_path / f"x.{suffix}", noise(2000), format=suffix.upper()).read_bytes(), np.uint8)
    path = tmp_path / f"damaged.{suffix}"
    failed = 0
    for _ in range(100):
        damaged = whole.copy()
        damaged[chance.integers(0, chance.choice([64, len(whole)]), 4)] = chance.integers(0, 256, 4)
        path.write_bytes(damaged.tobytes())
        try:
            found = audio.read(path)
        except AudioError:
            failed += 1
        else:
            assert found.size
            assert np.isfinite(found).all()
    assert failed
