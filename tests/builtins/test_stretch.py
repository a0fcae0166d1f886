"""`stretch`: exact values, and against torch's own sampling of images."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from augmenting import assert_each_row_is_its_own, draws_for
from torch.nn import functional

import genrekit
from genrekit.randomness import generator
from genrekit_builtins.stretch import Stretch


def draw(scale: float = 1.0, shift: float = 0.0, speed: float = 1.0) -> dict[str, torch.Tensor]:
    return {"scale": torch.tensor([scale]), "shift": torch.tensor([shift]), "speed": torch.tensor([speed])}


def test_each_row_goes_by_its_own_draw() -> None:
    assert_each_row_is_its_own(Stretch(), torch.randn(5, 2, 8, 40))


def test_a_shift_moves_bins_and_repeats_the_edge() -> None:
    batch = torch.arange(4.0).reshape(1, 1, 4, 1).repeat(1, 1, 1, 3)
    assert Stretch().apply(batch, draw(shift=0.25))[0, 0, :, 0].tolist() == [1, 2, 3, 3]
    assert Stretch().apply(batch, draw(shift=-0.375))[0, 0, :, 0].tolist() == [0, 0, 0.5, 1.5]


def test_the_lowest_bin_stays_where_bins_are_stretched() -> None:
    batch = torch.arange(5.0).reshape(1, 1, 5, 1).repeat(1, 1, 1, 2)
    assert Stretch().apply(batch, draw(scale=0.5))[0, 0, :, 0].tolist() == [0, 0.5, 1, 1.5, 2]
    assert Stretch().apply(batch, draw(scale=2.0))[0, 0, :, 0].tolist() == [0, 2, 4, 4, 4]


def test_twice_as_fast_is_half_as_long_and_zeros_follow() -> None:
    batch = torch.arange(1.0, 7).reshape(1, 1, 1, 6).repeat(1, 1, 2, 1)
    assert Stretch().apply(batch, draw(speed=2.0))[0, 0, 0].tolist() == [1, 3, 5, 0, 0, 0]
    assert Stretch().apply(batch, draw(speed=0.5))[0, 0, 0].tolist() == [1, 1.5, 2, 2.5, 3, 3.5]


def test_agrees_with_torchs_grid_sample() -> None:
    torch.manual_seed(0)
    batch = torch.randn(4, 2, 12, 30)
    augmenter = Stretch(bins=0.3, shift=0.2, time=0.0)
    draws = draws_for(augmenter, batch)
    matrix = torch.zeros(4, 2, 3)
    matrix[:, 0, 0], matrix[:, 1, 1] = 1, draws["scale"]
    # From shares of the bins to -1..1 between the outer bins' centres.
    matrix[:, 1, 2] = draws["scale"] - 1 + 2 * draws["shift"] * 12 / 11
    grid = functional.affine_grid(matrix, list(batch.shape), align_corners=True)
    expected = functional.grid_sample(batch, grid, padding_mode="border", align_corners=True)
    torch.testing.assert_close(augmenter.apply(batch, draws), expected, rtol=1e-4, atol=1e-4)


def test_draws_stay_within_the_options() -> None:
    rng, augmenter = generator(0), Stretch(bins=0.2, shift=0.1, time=0.5)
    draws = [augmenter.draw(rng, (1, 8, 8)) for _ in range(2000)]
    found = {name: np.array([one[name] for one in draws]) for name in draws[0]}
    assert 1 / 1.2 <= found["scale"].min() < 0.84 < 1.19 < found["scale"].max() <= 1.2
    assert -0.1 <= found["shift"].min() < -0.099 < 0.099 < found["shift"].max() <= 0.1
    assert 1 / 1.5 <= found["speed"].min() < 0.68 < 1.49 < found["speed"].max() <= 1.5
    assert abs(np.log(found["speed"]).mean()) < 0.02 * math.log(1.5), "slower as often as faster"


@pytest.mark.parametrize("shape", [(2, 1, 1, 9), (2, 1, 9, 1)])
def test_one_bin_or_one_frame_will_do(shape: tuple[int, ...]) -> None:
    batch = torch.randn(shape)
    out = Stretch().apply(batch, draws_for(Stretch(), batch))
    assert torch.isfinite(out).all()


def test_nothing_asked_for_changes_nothing() -> None:
    batch, augmenter = torch.randn(3, 1, 7, 11), Stretch(bins=0, shift=0, time=0)
    assert torch.equal(augmenter.apply(batch, draws_for(augmenter, batch)), batch)


def test_its_views_are_what_training_draws_at_the_most() -> None:
    batch = torch.randn(3, 2, 8, 20)
    low, lower, higher, high = Stretch(bins=0.21, test_time=2).views(genrekit.FeatureShape(2, 8, 20))
    for view, scale in ((low, 1 / 1.21), (lower, 1 / 1.1), (higher, 1.1), (high, 1.21)):
        draws = {name: value.expand(3) for name, value in draw(scale=scale).items()}
        torch.testing.assert_close(view(batch), Stretch().apply(batch, draws))
    assert list(Stretch().views(genrekit.FeatureShape(2, 8, 20))) == []
    assert list(Stretch(bins=0, test_time=2).views(genrekit.FeatureShape(2, 8, 20))) == []
