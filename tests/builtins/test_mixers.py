from __future__ import annotations

import numpy as np
import pytest
import torch
from augmenting import draws_for
from hypothesis import given
from hypothesis import strategies as st

from genrekit.randomness import generator
from genrekit_builtins.mixers import BetweenClass, Mixup, own_gain, peak_level_db


@pytest.mark.parametrize("shape", [(3, 1, 2, 4), (3, 5)])
def test_mixup_is_the_weighted_mean(shape: tuple[int, ...]) -> None:
    own, partners = torch.randn(shape), torch.randn(shape)
    mixed, shares = Mixup().mix(own, partners, {"share": torch.tensor([0.0, 0.25, 1.0])})
    assert torch.equal(shares, torch.tensor([0.0, 0.25, 1.0]))
    expected = [partners[0], 0.25 * own[1] + 0.75 * partners[1], own[2]]
    torch.testing.assert_close(mixed, torch.stack(expected))


def test_mixup_draws_from_the_beta_distribution() -> None:
    draws = [Mixup(alpha=0.4).draw(generator(0, "beta", clip), (1, 2, 3))["share"] for clip in range(4000)]
    # Beta(a, a) has the mean 1/2 and the variance 1 / (4 (2 a + 1)).
    assert np.mean(draws) == pytest.approx(0.5, abs=0.03)
    assert np.var(draws) == pytest.approx(1 / (4 * 1.8), abs=0.01)


def test_level_is_of_the_loudest_frame() -> None:
    waveforms = torch.zeros(3, 64)
    waveforms[0, 16:24] = 0.1
    waveforms[1, :] = 1.0
    expected = [10 * np.log10(0.01), 0.0, -80.0]
    torch.testing.assert_close(peak_level_db(waveforms, 8), torch.tensor(expected, dtype=torch.float32))
    assert peak_level_db(waveforms[:, :5], 8).shape == (3,)


@given(st.floats(0.01, 0.99), st.floats(-60, 60))
def test_gain_is_the_papers(ratio: float, difference_db: float) -> None:
    """Equation 2 of Tokozume et al."""
    expected = 1 / (1 + 10 ** (difference_db / 20) * (1 - ratio) / ratio)
    given = torch.tensor([ratio, difference_db], dtype=torch.float64)
    assert own_gain(given[0], given[1]).item() == pytest.approx(expected, rel=1e-9)


def test_gain_has_no_hole_where_the_ratio_ends() -> None:
    assert own_gain(torch.tensor([0.0, 1.0]), torch.tensor([20.0, -20.0])).tolist() == [0.0, 1.0]


def test_between_class_evens_out_levels_and_keeps_the_energy() -> None:
    time = torch.arange(16384) / 16384
    loud, soft = torch.sin(2 * torch.pi * 500 * time), 0.1 * torch.sin(2 * torch.pi * 700 * time)
    mixed, shares = BetweenClass(frame_length=1024).mix(loud[None], soft[None], {"ratio": torch.tensor([0.5])})
    spectrum = torch.fft.rfft(mixed[0]).abs() / 8192
    gain = 1 / (1 + 10)
    energy = (gain**2 + (1 - gain) ** 2) ** 0.5
    assert shares.tolist() == [0.5]
    assert spectrum[500].item() == pytest.approx(gain / energy, abs=2e-3)
    assert spectrum[700].item() == pytest.approx(0.1 * (1 - gain) / energy, abs=2e-3)
    assert spectrum[500].item() == pytest.approx(spectrum[700].item(), rel=1e-2), (
        "at a ratio of one half both are heard alike"
    )


def test_silence_mixes_to_finite_numbers() -> None:
    mixed, _ = BetweenClass().mix(torch.zeros(2, 50), torch.zeros(2, 50), {"ratio": torch.tensor([0.0, 0.7])})
    assert torch.equal(mixed, torch.zeros(2, 50))


def test_between_class_wants_other_classes() -> None:
    assert BetweenClass.partners == "other-class"
    assert Mixup.partners == "any"
    assert BetweenClass().on == "waveform"


@pytest.mark.parametrize("mixer", [Mixup(), BetweenClass(frame_length=4)])
def test_each_row_is_its_own(mixer: Mixup | BetweenClass) -> None:
    own, partners = torch.randn(5, 40), torch.randn(5, 40)
    draws = draws_for(mixer, own)
    together, _ = mixer.mix(own, partners, draws)
    alone = [
        mixer.mix(own[row : row + 1], partners[row : row + 1], {name: v[row : row + 1] for name, v in draws.items()})[0]
        for row in range(5)
    ]
    torch.testing.assert_close(together, torch.cat(alone), rtol=0, atol=1e-7)
