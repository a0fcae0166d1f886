"""Who was right where: the tests and intervals of `genrekit compare`, against textbooks and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from genrekit.comparison.paired import compare, mcnemar, sign_flips


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_mcnemar_is_the_binomial_test_of_the_clips_one_run_alone_got_right(pairs: list[tuple[bool, bool]]) -> None:
    first, other = (np.asarray(side) for side in zip(*pairs, strict=True))
    b, c = int((first & ~other).sum()), int((other & ~first).sum())
    # The tail of the binomial distribution, twice, as in textbooks.
    expected = min(1.0, 2 * stats.binom.cdf(min(b, c), b + c, 0.5))
    assert mcnemar(first, other) == pytest.approx(expected)


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=14))
def test_flipping_the_signs_of_single_clips_is_mcnemars_test(sums: list[float]) -> None:
    differences = np.asarray(sums)
    assert sign_flips(differences) == pytest.approx(mcnemar(differences < 0, differences > 0))


def test_many_groups_are_drawn_and_come_close_to_counting_all() -> None:
    sums = np.asarray([1.0] * 14 + [-1.0] * 6)
    exact = stats.binomtest(6, 20, 0.5).pvalue
    assert sign_flips(sums) == pytest.approx(exact, abs=0.02)
    assert sign_flips(sums) == sign_flips(sums)


def test_clips_of_one_group_count_as_one() -> None:
    """Twelve clips that only the other run gets right mean much if they are independent, little if of two speakers."""
    first, other = np.zeros(12), np.ones(12)
    alone = compare(first, other, None)
    assert alone.test == "McNemar"
    assert alone.p == pytest.approx(2 * 0.5**12)
    grouped = compare(first, other, np.repeat([0, 1], 6))
    assert (grouped.test, grouped.units, grouped.p) == ("groups", 2, 0.5)
    assert (grouped.only_first, grouped.only_other) == (0, 12)


def test_the_interval_is_that_of_the_bootstrap() -> None:
    rng = np.random.default_rng(0)
    first, other = (rng.random(200) < share for share in (0.6, 0.75))
    found = compare(first.astype(float), other.astype(float), None)
    spread = stats.bootstrap((other.astype(float) - first,), np.mean, n_resamples=4000, method="percentile", rng=rng)
    assert found.low == pytest.approx(spread.confidence_interval.low, abs=0.015)
    assert found.high == pytest.approx(spread.confidence_interval.high, abs=0.015)
