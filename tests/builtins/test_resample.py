"""`resample`: tones move as they should, nothing is aliased, and lengths are ones that transform fast."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from augmenting import assert_each_row_is_its_own, draws_for
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import resample as scipys

from genrekit.randomness import generator
from genrekit_builtins.resample import Resample, resampled, smooth_near


def tone(cycles: float, samples: int) -> torch.Tensor:
    """``cycles`` of a sine over ``samples``."""
    return torch.sin(2 * torch.pi * cycles * torch.arange(samples, dtype=torch.float64) / samples).float()


def test_each_row_goes_by_its_own_draw() -> None:
    assert_each_row_is_its_own(Resample(amount=0.5), torch.randn(5, 1003))


def test_a_tone_played_faster_is_higher_and_shorter() -> None:
    batch = tone(50, 1200).repeat(2, 1)
    faster, slower = Resample().apply(batch, {"length": torch.tensor([1000, 1500])})
    torch.testing.assert_close(faster[:1000], tone(50, 1000), rtol=0, atol=1e-5)
    assert torch.equal(faster[1000:], torch.zeros(200))
    torch.testing.assert_close(slower, tone(50, 1500)[:1200], rtol=0, atol=1e-5)


def test_what_the_new_rate_cannot_hold_is_gone() -> None:
    batch = tone(550, 1200)[None]
    assert Resample().apply(batch, {"length": torch.tensor([1000])}).abs().max() < 1e-5


@pytest.mark.parametrize(("samples", "length"), [(1000, 900), (1000, 1200), (1001, 810), (999, 1080), (10, 10)])
def test_agrees_with_scipy(samples: int, length: int) -> None:
    waveform = torch.from_numpy(np.random.default_rng(0).normal(size=samples))
    # Half the shorter one's rate is left out here and shared between both signs there.
    spectrum = torch.fft.rfft(waveform)
    if min(samples, length) % 2 == 0 and samples != length:
        spectrum[min(samples, length) // 2] = 0
        waveform = torch.fft.irfft(spectrum, n=samples)
    np.testing.assert_allclose(resampled(waveform, length), scipys(waveform.numpy(), length), atol=1e-9)


@given(st.floats(1, 2_000_000))
def test_lengths_have_small_factors_and_are_near(length: float) -> None:
    found = smooth_near(length)
    rest = found
    for factor in (2, 3, 5):
        while rest % factor == 0:
            rest //= factor
    assert rest == 1
    assert abs(found - length) <= max(1, 0.09 * length)
    if length > 4000:
        assert abs(found - length) <= 0.03 * length


def test_lengths_stay_within_the_amount() -> None:
    rng = generator(0)
    lengths = np.array([Resample(amount=0.25).draw(rng, (32000,))["length"] for _ in range(1000)])
    assert 32000 / 1.25 * 0.97 < lengths.min() < 26200
    assert 39000 < lengths.max() < 32000 * 1.25 * 1.03


def test_no_amount_changes_nothing_but_rounding() -> None:
    batch, augmenter = torch.randn(2, 32000), Resample(amount=0)
    torch.testing.assert_close(augmenter.apply(batch, draws_for(augmenter, batch)), batch, rtol=0, atol=1e-5)
