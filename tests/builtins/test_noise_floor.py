"""`noise-floor`: powers that add, levels where they are asked for, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from augmenting import assert_each_row_is_its_own
from pydantic import ValidationError

from genrekit.randomness import generator
from genrekit_builtins.noise_floor import NoiseFloor


@pytest.mark.parametrize("unit_db", [1.0, 20.0])
def test_each_row_goes_by_its_own_draw(unit_db: float) -> None:
    assert_each_row_is_its_own(NoiseFloor(unit_db=unit_db, reference="loud"), torch.randn(5, 2, 16, 9))


@pytest.mark.parametrize("unit_db", [1.0, 20.0])
def test_powers_add(unit_db: float) -> None:
    level_db, floor_db = torch.tensor([-30.0, -10, 0, 40]), torch.tensor([-10.0, -10, -20, -40])
    batch = (level_db / unit_db).reshape(1, 1, 2, 2)
    out = NoiseFloor(unit_db=unit_db).apply(batch, {"floor_db": floor_db.reshape(1, 2, 2)}) * unit_db
    power = 10 ** (level_db.double() / 10) + 10 ** (floor_db.double() / 10)
    torch.testing.assert_close(out.flatten().double(), 10 * power.log10(), rtol=0, atol=1e-4)


def test_beside_the_loud_frames_it_is_a_signal_to_noise_ratio() -> None:
    """Whatever is subtracted from a channel; quiet frames have no part in what the signal is."""
    batch = torch.full((2, 2, 16, 8), -3.0)
    batch[0, :, :, 2:5], batch[0, 1] = 1.5, batch[0, 1] + 7
    batch[0, 1, :, 2:5] = 8.5
    out = NoiseFloor(reference="loud").apply(batch, {"floor_db": torch.full((2, 16, 8), -20.0)})
    signal_and_noise = 10 * math.log10(1 + 10 ** (-20 / 10)) / 20
    for channel, level in ((0, 1.5), (1, 8.5)):
        torch.testing.assert_close(out[0, channel, :, 2:5], torch.full((16, 3), level + signal_and_noise))
        torch.testing.assert_close(out[0, channel, :, 5:], torch.full((16, 3), level - 1), rtol=0, atol=1e-3)
    torch.testing.assert_close(out[1], torch.full((2, 16, 8), -3 + signal_and_noise))


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
