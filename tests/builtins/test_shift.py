"""`time-shift`: where samples go, what comes in, and what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from augmenting import assert_each_row_is_its_own, draws_for

from genrekit.randomness import generator
from genrekit_builtins.shift import TimeShift


@pytest.mark.parametrize("shape", [(5, 1, 7, 40), (5, 1003)])
@pytest.mark.parametrize("wrap", [True, False])
def test_each_row_goes_by_its_own_draw(shape: tuple[int, ...], wrap: bool) -> None:
    assert_each_row_is_its_own(TimeShift(wrap=wrap), torch.randn(shape))


@pytest.mark.parametrize("features", [False, True])
def test_what_leaves_at_one_end_comes_in_at_the_other(features: bool) -> None:
    batch = torch.tensor([[1.0, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]])
    shift = {"shift": torch.tensor([2, -1, 5])}
    expected = torch.tensor([[4.0, 5, 1, 2, 3], [2, 3, 4, 5, 1], [1, 2, 3, 4, 5]])
    if features:
        batch, expected = (x[:, None, None].repeat(1, 2, 3, 1) for x in (batch, expected))
    assert torch.equal(TimeShift().apply(batch, shift), expected)


def test_without_wrapping_zeros_come_in() -> None:
    batch = torch.tensor([[1.0, 2, 3, 4, 5]] * 3)
    out = TimeShift(wrap=False).apply(batch, {"shift": torch.tensor([2, -1, 5])})
    assert out.tolist() == [[0, 0, 1, 2, 3], [2, 3, 4, 5, 0], [0, 0, 0, 0, 0]]


def test_shifts_are_uniform_up_to_the_amount() -> None:
    rng = generator(0)
    shifts = np.array([TimeShift(amount=0.25).draw(rng, (1, 4, 400))["shift"] for _ in range(4000)])
    assert abs(shifts).max() == 100
    assert abs(shifts.mean()) < 3
    quarters, _ = np.histogram(shifts, bins=4, range=(-100, 100))
    assert abs(quarters - 1000).max() < 120, quarters


def test_no_amount_is_no_shift() -> None:
    batch = torch.randn(3, 1, 4, 5)
    assert torch.equal(TimeShift(amount=0).apply(batch, draws_for(TimeShift(amount=0), batch)), batch)
