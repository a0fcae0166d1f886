"""Where a recording's frequencies end, and where they do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr
from sounds import music, noise, tone, write

import genrekit
from genrekit.auditing.bandwidth import SHORTEST, Bandwidth
from genrekit.auditing.examination import Stretch, examine

RATE = 44100
HALF = RATE / 2


def highest(waveform: np.ndarray, rate: int = RATE, block: int = 10**9) -> float | None:
    found = Bandwidth(rate)
    blocks = [waveform[start : start + block].astype(np.float32) for start in range(0, len(waveform), block)]
    assert [id(one) for one in found.watch(blocks)] == [id(one) for one in blocks]
    return found.highest_hz


def limited(waveform: np.ndarray, to_hz: float, rate: int = RATE) -> np.ndarray:
    """Nothing is left above ``to_hz``."""
    spectrum = np.fft.rfft(waveform)
    spectrum[np.fft.rfftfreq(len(waveform), 1 / rate) > to_hz] = 0
    return np.fft.irfft(spectrum, len(waveform))


@pytest.mark.parametrize("to_hz", [3400, 8000, 11025, 16000, 19500])
def test_an_end_is_found_where_it_is(to_hz: float) -> None:
    assert highest(limited(noise(1, rate=RATE), to_hz)) == pytest.approx(to_hz, abs=100)


@pytest.mark.parametrize(("rate", "to_hz"), [(8000, 3400), (16000, 7000), (96000, 20000), (384000, 22050)])
def test_an_end_is_found_at_any_sampling_rate(rate: int, to_hz: float) -> None:
    sound = noise(1, 1, rate)
    assert highest(sound, rate) == rate / 2
    assert highest(limited(sound, to_hz, rate), rate) == pytest.approx(to_hz, abs=max(200, rate / 1000))


@pytest.mark.parametrize("rate", [100, 4000, 6500])
def test_rates_too_low_for_an_end_are_whole(rate: int) -> None:
    assert highest(noise(1, 10, rate), rate) == rate / 2


@pytest.mark.parametrize("gain", [1.0, 1e-2])
def test_loudness_is_nothing_to_it(gain: float) -> None:
    assert highest(gain * limited(noise(1, rate=RATE), 8000)) == pytest.approx(8000, abs=100)


def test_what_is_still_there_above_counts() -> None:
    whole = noise(1, rate=RATE)
    below, above = limited(whole, 8000), whole - limited(whole, 8000)
    assert highest(below + 0.03 * above) == pytest.approx(8000, abs=100)  # 30 dB fainter
    assert highest(below + 0.3 * above) == HALF  # 10 dB


@pytest.mark.parametrize("octave_db", [0, 6, 12])
def test_what_grows_fainter_does_not_end(octave_db: float) -> None:
    spectrum = np.fft.rfft(noise(1, rate=RATE))
    frequencies = np.maximum(np.fft.rfftfreq(4 * RATE, 1 / RATE), 20)
    assert highest(np.fft.irfft(spectrum * (frequencies / 1000) ** (-octave_db / 6.02))) == HALF


def test_tones_and_whistles_do_not_end_a_spectrum() -> None:
    time_s = np.arange(2 * RATE) / RATE
    whistle = 0.3 * np.sin(2 * np.pi * (5000 * time_s + 500 * np.sin(3 * time_s)))
    assert highest(whistle + 1e-2 * noise(2, 2, RATE)) == HALF
    assert highest(tone(1, rate=RATE)) == HALF


@pytest.mark.parametrize("waveform", [np.zeros(RATE), np.zeros(0), noise(1, rate=RATE)[: SHORTEST - 1]])
def test_nothing_to_tell_an_end_by(waveform: np.ndarray) -> None:
    assert highest(waveform) is None


def test_what_is_lost_in_rounding_cannot_be_told() -> None:
    """The same sound cut off has an end when it is loud, and none that could be told when it is faint."""
    sound = limited(noise(1, rate=RATE), 8000)
    loud, faint = (np.round(gain * sound * 2**15) / 2**15 for gain in (1, 3e-4))
    assert highest(loud) == pytest.approx(8000, abs=100)
    assert highest(faint) is None


@pytest.mark.parametrize("samples", [SHORTEST, 800, 2047, 2048, 5000])
def test_short_clips_end_where_long_ones_do(samples: int) -> None:
    sound = noise(1, 1, 8000)
    assert highest(sound[:samples], 8000) == 4000
    found = highest(limited(sound, 3200, 8000)[:samples], 8000)
    assert found == pytest.approx(3200, abs=200)


def test_blocks_are_one_recording() -> None:
    sound = limited(noise(1, rate=RATE), 8000)
    assert highest(sound, block=20_000) == pytest.approx(highest(sound) or 0, abs=50)


def test_a_clip_written_anew_at_a_higher_rate(tmp_path: Path) -> None:
    narrow = soxr.resample(music(1, rate=16000), 16000, RATE)
    facts = examine(Stretch(0, str(write(tmp_path / "a.wav", narrow, RATE, subtype="FLOAT"))))
    assert facts.highest_hz == pytest.approx(7700, abs=400)
    whole = examine(Stretch(0, str(write(tmp_path / "b.wav", music(1, rate=RATE), RATE))))
    assert whole.highest_hz == HALF


RECIPE = """
name = "ends"
dataset = { use = "folder", root = "clips" }
features = { use = "mel", sample_rate = 44100, frames = 100 }
model = { use = "resnet" }
"""


@pytest.mark.parametrize(("f_max", "told"), [(20000, True), (8000, False)])
def test_an_audit_tells_of_ends_that_the_features_let_a_model_hear(f_max: int, told: bool, tmp_path: Path) -> None:
    for row in range(16):
        sound = noise(row, 1, RATE)
        write(tmp_path / "clips" / "whole" / f"{row}.wav", sound, RATE)
        write(tmp_path / "clips" / "cut" / f"{row}.wav", limited(noise(100 + row, 1, RATE), 16000), RATE)
    (tmp_path / "ends.toml").write_text(RECIPE)
    overrides = [f"features.f_max={f_max}"]
    audit = genrekit.audit(tmp_path / "ends.toml", overrides=overrides, store=tmp_path / "store")
    found = [one for one in audit.findings if one.check == "shortcut-bandwidth"]
    assert len(found) == told
    for one in found:
        assert one.lines == ("all that is heard: 16 whole", "to 17.5 kHz: 16 cut")
        assert one.hint is not None
        assert "at 16" in one.hint
