"""Differences of any figure: figures are scikit-learn's, tests and intervals those of other implementations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk

from genrekit.comparison.answers import Rows
from genrekit.comparison.exchange import differences
from genrekit.comparison.figures import figures
from genrekit.comparison.paired import sign_flips


def rows(clips: int, seed: int, several: bool = False, units: int | None = None, labels: int = 4) -> Rows:
    """Two runs' answers for the same clips; the other run is somewhat better."""
    rng = np.random.default_rng(seed)
    truth = rng.random((clips, labels)) < 0.4 if several else np.eye(labels, dtype=bool)[rng.integers(0, labels, clips)]
    truth = np.concatenate([truth, truth])
    skill = np.repeat([0.3, 0.6], clips)[:, None]
    shares = rng.random((2 * clips, labels)) + skill * truth
    shares = shares / (1.01 * shares.max()) if several else shares / shares.sum(axis=1, keepdims=True)
    given = shares >= 0.5 if several else np.arange(labels) == shares.argmax(axis=1)[:, None]
    unit = np.tile(np.arange(clips) if units is None else rng.permutation(np.arange(clips) % units), 2)
    return Rows(truth, given, shares, np.ones(2 * clips), unit, np.repeat([False, True], clips), several)


def by_scikit_learn(some: Rows, weight: np.ndarray) -> dict[str, float]:
    """The same figures of one set of weights."""
    used = weight > 0
    truth, given, shares, weight = some.truth[used], some.given[used], some.shares[used], weight[used]
    true, said = truth.argmax(axis=1), given.argmax(axis=1)
    known: Any = np.flatnonzero(truth.any(axis=0))
    precisions = [sk.average_precision_score(truth[:, i], shares[:, i], sample_weight=weight) for i in known]
    told = {"mean_average_precision": float(np.mean(precisions))}
    if some.several:
        there = np.flatnonzero(truth.any(axis=0) | given.any(axis=0))
        macro = [sk.f1_score(truth[:, i], given[:, i], sample_weight=weight) for i in there]
        losses = [sk.log_loss(truth[:, i], shares[:, i], sample_weight=weight, labels=[0, 1]) for i in range(4)]
        micro = sk.f1_score(truth.ravel(), given.ravel(), sample_weight=np.repeat(weight, 4))
        return told | {"macro_f1": float(np.mean(macro)), "log_loss": float(np.mean(losses)), "micro_f1": float(micro)}
    recall = sk.recall_score(true, said, labels=np.unique(true), average="macro", sample_weight=weight)
    return told | {
        "accuracy": float(sk.accuracy_score(true, said, sample_weight=weight)),
        "balanced_accuracy": float(recall),
        "macro_f1": float(sk.f1_score(true, said, average="macro", sample_weight=weight)),
        "log_loss": float(sk.log_loss(true, shares, sample_weight=weight, labels=range(4))),
    }


@pytest.mark.filterwarnings("ignore:y_p")
@pytest.mark.filterwarnings("ignore:The y_p")
@pytest.mark.parametrize("several", [False, True])
def test_weighted_figures_are_scikit_learns(several: bool) -> None:
    some = rows(30, 1, several)
    weights = np.random.default_rng(0).integers(0, 3, (4, 60)).astype(float)
    found = figures(some, weights)
    for draw, weight in enumerate(weights):
        expected = by_scikit_learn(some, weight)
        assert set(expected) == set(found)
        for name, value in expected.items():
            assert found[name][draw] == pytest.approx(value, abs=1e-9), name


@pytest.mark.filterwarnings("ignore:The y_p")
def test_answers_of_one_score_are_ranked_alike() -> None:
    some = rows(30, 2)
    tied = Rows(**{**vars(some), "shares": some.shares.round(1)})
    weight = np.ones((1, 60))
    expected = by_scikit_learn(tied, weight[0])["mean_average_precision"]
    assert figures(tied, weight)["mean_average_precision"][0] == pytest.approx(expected)


@given(st.integers(2, 10), st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_exchanging_whole_units_is_flipping_the_signs_of_their_sums(units: int, seed: int) -> None:
    """Of accuracy, which is a sum over clips, the test of who was right says the same."""
    some = rows(24, seed, units=units)
    right = (some.given & some.truth).any(axis=1).astype(float)
    sums = np.bincount(some.unit[24:], weights=right[24:] - right[:24])
    assert differences(some)["accuracy"].p == pytest.approx(sign_flips(sums))


def test_many_units_are_drawn_and_come_close_to_flipping_signs() -> None:
    some = rows(150, 5)
    right = (some.given & some.truth).any(axis=1).astype(float)
    found = differences(some)["accuracy"]
    assert found.p == pytest.approx(sign_flips(right[150:] - right[:150]), abs=0.03)
    assert found == differences(some)["accuracy"], "drawn, and the same every time"


def test_the_interval_is_that_of_the_bootstrap() -> None:
    some = rows(80, 3)
    first, other = (np.flatnonzero(some.other == side) for side in (False, True))
    true, said = some.truth.argmax(axis=1), some.given.argmax(axis=1)

    def difference(drawn: np.ndarray) -> float:
        scores = [sk.f1_score(true[side[drawn]], said[side[drawn]], average="macro") for side in (first, other)]
        return float(scores[1] - scores[0])

    rng = np.random.default_rng(0)
    spread = stats.bootstrap(
        (np.arange(80),), difference, vectorized=False, n_resamples=400, method="percentile", rng=rng
    )
    found = differences(some)["macro_f1"]
    assert found.low == pytest.approx(spread.confidence_interval.low, abs=0.03)
    assert found.high == pytest.approx(spread.confidence_interval.high, abs=0.03)


def test_one_group_is_no_evidence() -> None:
    found = differences(rows(20, 4, units=1))["macro_f1"]
    assert (found.low, found.high, found.p) == (None, None, 1.0)


def test_the_same_answers_do_not_differ() -> None:
    some = rows(20, 6)
    twice = {name: np.tile(getattr(some, name)[:20], (2, 1)) for name in ("shares", "given")}
    for found in differences(Rows(**{**vars(some), **twice})).values():
        assert found.difference == pytest.approx(0)
        assert found.p == 1.0


def test_a_figure_that_is_not_defined_is_not_tested() -> None:
    some = rows(20, 7, several=True)
    none = Rows(**{**vars(some), "truth": np.zeros_like(some.truth)})
    found = differences(none)["mean_average_precision"]
    assert (found.first, found.difference, found.p) == (None, None, None)
