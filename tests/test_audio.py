from __future__ import annotations

import builtins
import errno
import os
import struct
import threading
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import HealthCheck, given, settings

from genrekit import audio
from genrekit.clips import AUDIO_SUFFIXES
from genrekit.errors import AudioError, shown

RATE = 22050


def sine(hertz: float = 440.0, seconds: float = 1.0, rate: int = RATE, amplitude: float = 0.5) -> np.ndarray:
    """float32 [samples]"""
    time = np.arange(round(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def noise(samples: int) -> np.ndarray:
    """float32 [samples], within -1..1"""
    return np.random.default_rng(0).uniform(-0.5, 0.5, samples).astype(np.float32)


def write(path: Path, waveform: np.ndarray, rate: int = RATE, **options: Any) -> Path:
    soundfile.write(path, waveform, rate, **options)
    return path


def reason(path: Path | str, **stretch: Any) -> str:
    """Why a file cannot be read; the error names the file too."""
    with pytest.raises(AudioError) as caught:
        audio.read(path, **stretch)
    assert str(caught.value) == f"{shown(str(path))}: {caught.value.reason}"
    return caught.value.reason


def test_samples_are_what_was_written(tmp_path: Path) -> None:
    waveform = noise(5000)
    path = write(tmp_path / "x.wav", waveform, subtype="FLOAT")
    np.testing.assert_array_equal(audio.read(path), waveform)
    assert audio.probe(path) == audio.AudioInfo(RATE, 1, 5000, "WAV/FLOAT")
    assert audio.probe(path).duration_s == 5000 / RATE


def test_channels_are_averaged(tmp_path: Path) -> None:
    left, right = noise(1000), sine(seconds=1000 / RATE)
    path = write(tmp_path / "x.wav", np.stack([left, right, left], axis=1), subtype="FLOAT")
    np.testing.assert_allclose(audio.read(path), (2 * left + right) / 3, atol=1e-7)


LOSSY = {".mp3", ".ogg", ".oga", ".opus"}


@pytest.mark.parametrize("suffix", sorted(AUDIO_SUFFIXES))
def test_every_suffix_that_is_looked_for_can_be_read(tmp_path: Path, suffix: str) -> None:
    formats = {".oga": "OGG", ".opus": "OGG", ".snd": "AU", ".aif": "AIFF"}
    options: dict[str, Any] = {"subtype": "OPUS"} if suffix == ".opus" else {}
    rate = 48000 if suffix == ".opus" else RATE
    waveform = sine(rate=rate)
    path = tmp_path / f"x{suffix.upper()}"
    write(path, waveform, rate, format=formats.get(suffix, suffix[1:].upper()), **options)

    found = audio.read(path)

    assert abs(len(found) - len(waveform)) <= (1152 if suffix in LOSSY else 0)
    middle = slice(rate // 4, 3 * rate // 4)
    assert np.abs(found[middle] - waveform[middle]).max() < (0.05 if suffix in LOSSY else 1e-4)
    assert found.dtype == np.float32


@pytest.mark.parametrize(
    ("rate", "target"), [(44100, 22050), (96000, 22050), (8000, 22050), (48000, 44100), (22050, 22050)]
)
def test_resampling_keeps_length_frequency_and_amplitude(tmp_path: Path, rate: int, target: int) -> None:
    path = write(tmp_path / "x.wav", sine(1000, seconds=2.0, rate=rate), rate, subtype="FLOAT")

    found = audio.read(path, target)

    assert len(found) == 2 * target
    middle = found[target // 2 : target // 2 + target]
    spectrum = np.abs(np.fft.rfft(middle)) / (target / 2)
    assert spectrum.argmax() == 1000
    assert spectrum[1000] == pytest.approx(0.5, abs=0.002)
    assert np.delete(spectrum, range(998, 1003)).max() < 0.001


@given(st.integers(1, 20_000), st.sampled_from([8000, 11025, 22050, 44100]), st.integers(1, 9000))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_blocks_joined_are_the_whole_resampled_at_once(tmp_path: Path, samples: int, target: int, block: int) -> None:
    waveform = noise(samples)
    path = write(tmp_path / "x.wav", waveform, 22050, subtype="FLOAT")
    whole = soxr.resample(waveform, 22050, target, quality="HQ")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audio, "BLOCK_S", block / 22050)
        if not len(whole):
            assert reason(path, sample_rate=target) == f"too short: no sample is left of it at {target} Hz"
            return
        blocks = list(audio.stream(path, target))
    np.testing.assert_allclose(np.concatenate(blocks), whole, atol=2e-7)
    assert all(len(block) for block in blocks)


def test_no_more_than_a_block_is_decoded_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "x.wav", noise(50_000), 10_000)
    monkeypatch.setattr(audio, "BLOCK_S", 0.5)
    assert [len(block) for block in audio.stream(path)] == [5000] * 10


@pytest.mark.parametrize(
    ("start_s", "duration_s", "expected"),
    [
        (0.0, None, slice(0, 10_000)),
        (0.25, None, slice(2500, 10_000)),
        (0.25, 0.5, slice(2500, 7500)),
        (0.9, 0.5, slice(9000, 10_000)),
        (0.0, float("inf"), slice(0, 10_000)),
        (0.99999, 1.0, slice(9999, 10_000)),
        (0.5, 1e-9, slice(5000, 5001)),
    ],
)
def test_a_stretch(tmp_path: Path, start_s: float, duration_s: float | None, expected: slice) -> None:
    waveform = noise(10_000)
    path = write(tmp_path / "x.wav", waveform, 10_000, subtype="FLOAT")
    np.testing.assert_array_equal(audio.read(path, None, start_s, duration_s), waveform[expected])


@pytest.mark.parametrize(
    ("start_s", "duration_s", "said"),
    [
        (1.0, None, "the clip starts at 1 s but the file ends at 1 s"),
        (7.5, 1.0, "the clip starts at 7.5 s but the file ends at 1 s"),
        (-0.1, None, "the clip starts at -0.1 s but the file ends at 1 s"),
        (float("nan"), None, "the clip starts at nan s but the file ends at 1 s"),
        (float("inf"), None, "the clip starts at inf s but the file ends at 1 s"),
        (0.0, 0.0, "the clip is 0 s long"),
        (0.0, -1.0, "the clip is -1 s long"),
        (0.0, float("nan"), "the clip is nan s long"),
    ],
)
def test_an_impossible_stretch(tmp_path: Path, start_s: float, duration_s: float | None, said: str) -> None:
    path = write(tmp_path / "x.wav", noise(10_000), 10_000)
    assert reason(path, start_s=start_s, duration_s=duration_s) == said


def test_silence_ten_milliseconds_and_high_rates_are_audio(tmp_path: Path) -> None:
    assert not audio.read(write(tmp_path / "silent.wav", np.zeros(500)), 8000).any()
    assert len(audio.read(write(tmp_path / "short.wav", sine(seconds=0.01)), 8000)) == 80
    stereo = np.stack([sine(rate=96000), sine(rate=96000)], axis=1)
    assert len(audio.read(write(tmp_path / "high.wav", stereo, 96000), RATE)) == RATE


@pytest.mark.parametrize("name", ["🎵 a b.wav", "ümläut.wav", "x.y.z.wav", "-dash.wav", "x.mp3", "noise"])
def test_names_do_not_matter(tmp_path: Path, name: str) -> None:
    assert len(audio.read(write(tmp_path / name, noise(500), format="WAV"))) == 500


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names are Unicode here")
def test_names_that_are_no_text(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.wav")
    write(tmp_path / "x.wav", noise(500)).rename(path)
    assert len(audio.read(path)) == 500


def test_links_are_followed(tmp_path: Path) -> None:
    write(tmp_path / "x.wav", noise(500))
    (tmp_path / "link.wav").symlink_to("x.wav")
    (tmp_path / "dangling.wav").symlink_to("gone.wav")
    (tmp_path / "loop.wav").symlink_to("loop.wav")
    assert len(audio.read(tmp_path / "link.wav")) == 500
    assert reason(tmp_path / "dangling.wav") == "no such file or directory"
    assert reason(tmp_path / "loop.wav") == os.strerror(errno.ELOOP).lower()


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


def test_reading_needs_no_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def watched(name: str, *arguments: Any) -> Any:
        assert not name.startswith("torch")
        return real_import(name, *arguments)

    path = write(tmp_path / "x.wav", noise(500), 44100)
    monkeypatch.setattr(builtins, "__import__", watched)
    assert len(audio.read(path, RATE)) == 250


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
