"""`filter-augment`: what it adds to which bin."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from augmenting import assert_each_row_is_its_own, draws_for
from pydantic import ValidationError

from genrekit.randomness import generator
from genrekit_builtins.filter_augment import FilterAugment


@pytest.mark.parametrize("form", ["linear", "step"])
def test_each_row_goes_by_its_own_draw(form: str) -> None:
    assert_each_row_is_its_own(FilterAugment(form=form), torch.randn(5, 2, 16, 9))


def test_adds_one_value_to_a_bin_in_all_frames_and_channels() -> None:
    batch, change = torch.randn(2, 2, 3, 4), torch.tensor([[1.0, 0, -2], [0, 0.5, 0]])
    out = FilterAugment().apply(batch, {"change": change})
    assert torch.equal(out, batch + change.reshape(2, 1, 3, 1))


def test_steps_are_as_many_as_bands() -> None:
    augmenter = FilterAugment(form="step", min_bands=3, max_bands=3, amount=2)
    changes = [augmenter.draw(generator(seed), (1, 400, 1))["change"] for seed in range(50)]
    assert {len(np.unique(change)) for change in changes} == {3}
    assert all(np.count_nonzero(np.diff(change)) == 2 for change in changes), "each band is one stretch of bins"
    assert 1.9 < max(abs(change).max() for change in changes) <= 2


def test_lines_bend_at_the_edges_only() -> None:
    augmenter = FilterAugment(min_bands=3, max_bands=3, amount=2)
    for seed in range(50):
        change = augmenter.draw(generator(seed), (1, 400, 1))["change"].astype(np.float64)
        bends = np.flatnonzero(abs(np.diff(change, 2)) > 1e-5)
        # An edge lies between two bins, so that a bend may show at both.
        assert len(bends) <= 4
        assert abs(change).max() <= 2


def test_one_band_is_one_line_or_one_level() -> None:
    level = FilterAugment(form="step", min_bands=1, max_bands=1).draw(generator(1), (1, 8, 5))["change"]
    assert len(np.unique(level)) == 1
    line = FilterAugment(min_bands=1, max_bands=1).draw(generator(1), (1, 8, 5))["change"]
    np.testing.assert_allclose(np.diff(line), (line[-1] - line[0]) / 7, rtol=1e-4)


def test_no_amount_is_no_change() -> None:
    batch = torch.randn(3, 1, 8, 5)
    assert torch.equal(FilterAugment(amount=0).apply(batch, draws_for(FilterAugment(amount=0), batch)), batch)


def test_bands_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValidationError, match="min_bands 6 must not be above max_bands 5"):
        FilterAugment(min_bands=6)
