"""Samples as they were written: formats, channels, rates, stretches, and whatever the files are called."""

from __future__ import annotations

import builtins
import errno
import os
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import soxr
from audio_files import RATE, noise, reason, sine, write
from hypothesis import HealthCheck, given, settings

from genrekit import audio, recording
from genrekit.clips import AUDIO_SUFFIXES


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
        patch.setattr(recording, "BLOCK_S", block / 22050)
        if not len(whole):
            assert reason(path, sample_rate=target) == f"too short: no sample is left of it at {target} Hz"
            return
        blocks = list(audio.stream(path, target))
    np.testing.assert_allclose(np.concatenate(blocks), whole, atol=2e-7)
    assert all(len(block) for block in blocks)


def test_no_more_than_a_block_is_decoded_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "x.wav", noise(50_000), 10_000)
    monkeypatch.setattr(recording, "BLOCK_S", 0.5)
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


def test_reading_needs_no_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def watched(name: str, *arguments: Any) -> Any:
        assert not name.startswith("torch")
        return real_import(name, *arguments)

    path = write(tmp_path / "x.wav", noise(500), 44100)
    monkeypatch.setattr(builtins, "__import__", watched)
    assert len(audio.read(path, RATE)) == 250
