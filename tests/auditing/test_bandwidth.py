"""Where a recording's frequencies end, and where they do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr
from sounds import music, noise, tone, write

from genrekit.auditing.bandwidth import WINDOW, Bandwidth
from genrekit.auditing.examination import Stretch, examine

RATE = 44100


def cutoff(waveform: np.ndarray, rate: int = RATE, block: int = 10**9) -> float | None:
    found = Bandwidth(rate)
    blocks = [waveform[start : start + block].astype(np.float32) for start in range(0, len(waveform), block)]
    assert [id(one) for one in found.watch(blocks)] == [id(one) for one in blocks]
    return found.cutoff_hz


def limited(waveform: np.ndarray, to_hz: float, rate: int = RATE) -> np.ndarray:
    """Nothing is left above ``to_hz``."""
    spectrum = np.fft.rfft(waveform)
    spectrum[np.fft.rfftfreq(len(waveform), 1 / rate) > to_hz] = 0
    return np.fft.irfft(spectrum, len(waveform))


@pytest.mark.parametrize("to_hz", [3400, 8000, 11025, 16000, 19500])
def test_an_end_is_found_where_it_is(to_hz: float) -> None:
    assert cutoff(limited(noise(1, rate=RATE), to_hz)) == pytest.approx(to_hz, abs=250)


@pytest.mark.parametrize("gain", [1.0, 1e-3])
def test_loudness_is_nothing_to_it(gain: float) -> None:
    assert cutoff(gain * limited(noise(1, rate=RATE), 8000)) == pytest.approx(8000, abs=250)


def test_what_is_still_there_above_counts() -> None:
    whole = noise(1, rate=RATE)
    below, above = limited(whole, 8000), whole - limited(whole, 8000)
    assert cutoff(below + 0.03 * above) == pytest.approx(8000, abs=250)  # 30 dB fainter
    assert cutoff(below + 0.3 * above) is None  # 10 dB


@pytest.mark.parametrize("octave_db", [0, 6, 12])
def test_what_grows_fainter_does_not_end(octave_db: float) -> None:
    spectrum = np.fft.rfft(noise(1, rate=RATE))
    frequencies = np.maximum(np.fft.rfftfreq(4 * RATE, 1 / RATE), 20)
    assert cutoff(np.fft.irfft(spectrum * (frequencies / 1000) ** (-octave_db / 6.02))) is None


def test_tones_and_whistles_do_not_end_a_spectrum() -> None:
    time_s = np.arange(2 * RATE) / RATE
    whistle = 0.3 * np.sin(2 * np.pi * (5000 * time_s + 500 * np.sin(3 * time_s)))
    assert cutoff(whistle + 1e-4 * noise(2, 2, RATE)) is None
    assert cutoff(tone(1, rate=RATE), RATE) is None


@pytest.mark.parametrize(
    "waveform", [np.zeros(RATE), np.zeros(0), noise(1, rate=RATE)[: WINDOW - 1], noise(1, 1, RATE)]
)
def test_nothing_to_tell_an_end_by(waveform: np.ndarray) -> None:
    assert cutoff(waveform) is None


@pytest.mark.parametrize("rate", [100, 4000, 6500, 384000])
def test_any_sampling_rate(rate: int) -> None:
    assert cutoff(noise(1, rate=rate), rate) is None


def test_blocks_are_one_recording() -> None:
    sound = limited(noise(1, rate=RATE), 8000)
    assert cutoff(sound, block=20_000) == pytest.approx(cutoff(sound) or 0, abs=50)


def test_a_clip_written_anew_at_a_higher_rate(tmp_path: Path) -> None:
    narrow = soxr.resample(music(1, rate=16000), 16000, RATE)
    facts = examine(Stretch(0, str(write(tmp_path / "a.wav", narrow, RATE))))
    assert facts.cutoff_hz == pytest.approx(7700, abs=400)
    assert examine(Stretch(0, str(write(tmp_path / "b.wav", music(1, rate=RATE), RATE)))).cutoff_hz is None
