"""`gain` and `noise`: exact values, what they draw, and that each clip goes by its own draw."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from augmenting import assert_each_row_is_its_own, draws_for
from pydantic import ValidationError

import genrekit
from genrekit.randomness import generator
from genrekit_builtins.augment import Gain, Noise

SHAPES = [(5, 1, 7, 9), (5, 2, 8, 40), (5, 1003)]
"""Features of one and two channels, and waveforms."""


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("augmenter", [Gain(), Noise(), Gain(on="waveform"), Noise(on="waveform")])
def test_each_row_goes_by_its_own_draw(augmenter: genrekit.Augmenter, shape: tuple[int, ...]) -> None:
    assert_each_row_is_its_own(augmenter, torch.randn(shape))


def test_gain_multiplies_each_clip() -> None:
    batch = torch.tensor([[1.0, -2.0], [3.0, 4.0]])
    out = Gain().apply(batch, {"factor": torch.tensor([0.5, 1.25], dtype=torch.float64)})
    assert out.tolist() == [[0.5, -1.0], [3.75, 5.0]]
    features = Gain().apply(batch[:, None, None], {"factor": torch.tensor([0.5, 1.25])})
    assert torch.equal(features, out[:, None, None])


def test_gain_draws_uniformly_around_one() -> None:
    gain, rng = Gain(amount=0.1), generator(0, "gain")
    factors = np.array([gain.draw(rng, (1, 8, 8))["factor"] for _ in range(4000)])
    assert factors.min() >= 0.9
    assert factors.max() < 1.1
    assert abs(factors.mean() - 1) < 0.003
    quarters, _ = np.histogram(factors, bins=4, range=(0.9, 1.1))
    assert abs(quarters - 1000).max() < 120, quarters


def test_noise_adds_torchs_gaussian_of_the_drawn_seed() -> None:
    batch = torch.randn(2, 1, 6, 50)
    out = Noise(sigma=0.5).apply(batch, {"seed": torch.tensor([7, 2**62])})
    for row, seed in enumerate([7, 2**62]):
        added = 0.5 * torch.randn(1, 6, 50, generator=torch.Generator().manual_seed(seed))
        torch.testing.assert_close(out[row], batch[row] + added)


def test_noise_has_the_deviation_asked_for() -> None:
    batch = torch.zeros(1, 200_000)
    added = Noise(sigma=0.02, on="waveform").apply(batch, {"seed": torch.tensor([3])})
    assert added.std().item() == pytest.approx(0.02, rel=0.01)
    assert abs(added.mean().item()) < 2e-4


def test_noise_draws_a_seed_and_nothing_else() -> None:
    batch = torch.zeros(64, 3)
    draws = draws_for(Noise(), batch)
    assert list(draws) == ["seed"]
    assert draws["seed"].dtype == torch.int64
    assert len(set(draws["seed"].tolist())) == 64
    assert (draws["seed"] >= 0).all()


def test_noise_leaves_torchs_own_random_state_alone() -> None:
    before = torch.get_rng_state()
    Noise().apply(torch.zeros(2, 30), {"seed": torch.tensor([1, 2])})
    assert torch.equal(torch.get_rng_state(), before)


def test_noise_does_not_depend_on_the_order_of_memory() -> None:
    batch = torch.randn(3, 2, 8, 40)
    draws = draws_for(Noise(), batch)
    last = Noise().apply(batch.to(memory_format=torch.channels_last), draws)
    assert torch.equal(last, Noise().apply(batch, draws))


@pytest.mark.parametrize("augmenter", [Gain(amount=0), Noise(sigma=0)])
def test_nothing_asked_for_changes_nothing(augmenter: genrekit.Augmenter) -> None:
    batch = torch.randn(3, 1, 4, 5)
    assert torch.equal(augmenter.apply(batch, draws_for(augmenter, batch)), batch)


def test_published_defaults() -> None:
    assert (Gain().amount, Gain().probability, Gain().on) == (0.1, 0.5, "features")
    assert (Noise().sigma, Noise().probability, Noise().on) == (0.02, 0.3, "features")


def test_draws_are_plain_numbers() -> None:
    for augmenter in (Gain(), Noise()):
        json.dumps(dict(augmenter.draw(generator(0), (1, 8, 8))))


@pytest.mark.parametrize(
    ("component", "options"),
    [(Gain, {"amount": 1.5}), (Gain, {"probability": 2}), (Noise, {"sigma": -1}), (Noise, {"on": "spectrum"})],
)
def test_options_out_of_bounds_are_refused(component: type[genrekit.Augmenter], options: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(options))):
        component(**options)
