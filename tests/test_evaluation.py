"""Clip figures from window figures."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from genrekit.evaluation import mean_by_row, plain_numbers


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_mean_by_row_against_a_loop(rows: list[int]) -> None:
    values = np.random.default_rng(len(rows)).normal(size=(len(rows), 3)).astype(np.float32)
    means = mean_by_row(np.asarray(rows), values)
    for index, row in enumerate(sorted(set(rows))):
        expected = np.mean([values[i] for i in range(len(rows)) if rows[i] == row], axis=0, dtype=np.float64)
        np.testing.assert_allclose(means[index], expected, atol=1e-6)


def test_plain_numbers_are_the_scalars() -> None:
    assert plain_numbers({"accuracy": 1, "per_class": {"a": 1.0}, "name": "x"}) == {"accuracy": 1.0}
