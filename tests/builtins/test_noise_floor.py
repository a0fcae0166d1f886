"""`noise-floor`: powers that add, levels where they are asked for, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from augmenting import assert_each_row_is_its_own
from pydantic import ValidationError

from genrekit.randomness import generator
from genrekit_builtins.noise_floor import NoiseFloor


@pytest.mark.parametrize("unit_db", [1.0, 20.0])
def test_each_row_goes_by_its_own_draw(unit_db: float) -> None:
    assert_each_row_is_its_own(NoiseFloor(unit_db=unit_db), torch.randn(5, 2, 16, 9))


@pytest.mark.parametrize("unit_db", [1.0, 20.0])
def test_powers_add(unit_db: float) -> None:
    level_db, floor_db = torch.tensor([-30.0, -10, 0, 40]), torch.tensor([-10.0, -10, -20, -40])
    batch = (level_db / unit_db).reshape(1, 1, 2, 2)
    out = NoiseFloor(unit_db=unit_db).apply(batch, {"floor_db": floor_db.reshape(1, 2, 2)}) * unit_db
    power = 10 ** (level_db.double() / 10) + 10 ** (floor_db.double() / 10)
    torch.testing.assert_close(out.flatten().double(), 10 * power.log10(), rtol=0, atol=1e-4)


def test_channels_that_are_not_named_stay_as_they_are() -> None:
    batch = torch.randn(5, 3, 16, 9)
    before, draws = batch.clone(), {"floor_db": torch.full((5, 16, 9), -10.0)}
    some, all_of_them = NoiseFloor(channels=(2, 0)).apply(batch, draws), NoiseFloor().apply(batch, draws)
    assert torch.equal(batch, before)
    assert torch.equal(some[:, 1], batch[:, 1])
    assert torch.equal(some[:, [0, 2]], all_of_them[:, [0, 2]])
    assert not torch.equal(some[:, [0, 2]], batch[:, [0, 2]])


def test_a_channel_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no channel 3: the features have 3, from 0"):
        NoiseFloor(channels=(0, 3)).draw(generator(0), (3, 16, 9))


def test_levels_and_slopes_are_those_asked_for() -> None:
    flat = NoiseFloor(min_db=-30, max_db=-10, slope_db=0)
    means = [flat.draw(generator(seed), (1, 400, 20))["floor_db"].mean() for seed in range(300)]
    assert np.quantile(means, [0.05, 0.95]) == pytest.approx([-29, -11], abs=2)
    steep = NoiseFloor(min_db=0, max_db=0, slope_db=60)
    ends = [np.ptp(steep.draw(generator(seed), (1, 40, 20))["floor_db"].mean(1)[[0, -1]]) for seed in range(300)]
    assert 90 < max(ends) < 140


def test_noise_flickers_from_frame_to_frame() -> None:
    floor = NoiseFloor().draw(generator(0), (1, 40, 500))["floor_db"]
    assert floor.std(axis=1) == pytest.approx(np.full(40, 2.4), abs=0.4)
    assert abs(np.corrcoef(floor[:, :-1].ravel() - floor.mean(1).repeat(499), floor[:, 1:].ravel())[0, 1]) < 0.1


def test_levels_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValidationError, match="min_db 3 must not be above max_db 0"):
        NoiseFloor(min_db=3)
