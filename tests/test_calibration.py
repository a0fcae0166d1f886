"""The temperature: found where it is known, refused where there is nothing to learn, and what it does to a part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

import genrekit
from genrekit.calibration import HIGHEST, LOWEST, at_temperature, describe, fit_temperature, log_loss
from genrekit.evaluation import mean_by_row, probabilities_of
from genrekit.reliability import expected_calibration_error, reliability


def outcome_of(logits: np.ndarray, truth: np.ndarray, windows: int = 1, multi_label: bool = False) -> genrekit.Outcome:
    """An outcome of ``truth`` [clips, labels] and ``logits`` [clips * windows, labels]."""
    clips = len(truth)
    rows = np.repeat(np.arange(clips), windows)
    logits = logits.astype(np.float32)
    return genrekit.Outcome(
        part="validation",
        labels=[f"l{index}" for index in range(truth.shape[1])],
        paths=[""] * clips,
        rows=np.arange(clips),
        groups=[None] * clips,
        truth=truth,
        probabilities=mean_by_row(rows, probabilities_of(logits, multi_label)),
        loss=1.0,
        multi_label=multi_label,
        logits=logits,
        example_rows=rows,
    )


def drawn(temperature: float, clips: int = 4000, seed: int = 0, multi_label: bool = False) -> genrekit.Outcome:
    """Labels drawn from the very probabilities that logits give at ``temperature``."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (clips, 4))
    shares = probabilities_of(logits.astype(np.float32), multi_label).astype(np.float64)
    if multi_label:
        return outcome_of(logits * temperature, rng.random(shares.shape) < shares, multi_label=True)
    chosen = (shares.cumsum(axis=1) > rng.random((clips, 1))).argmax(axis=1)
    return outcome_of(logits * temperature, np.arange(4) == chosen[:, None])


@pytest.mark.parametrize("multi_label", [False, True])
@pytest.mark.parametrize("temperature", [0.5, 1.8, 4.0])
def test_finds_the_temperature_that_is_there(temperature: float, multi_label: bool) -> None:
    some = drawn(temperature, multi_label=multi_label)
    found = fit_temperature(some)
    assert found.value == pytest.approx(temperature, rel=0.08)
    assert found.reason is None
    assert log_loss(at_temperature(some, found.value)) < log_loss(some)


def test_it_is_clips_whose_log_loss_is_lowest() -> None:
    rng = np.random.default_rng(1)
    truth = np.arange(3) == rng.integers(0, 3, (50, 1))
    some = outcome_of(rng.normal(size=(200, 3)) * 3 + np.repeat(truth, 4, axis=0) * 2, truth, windows=4)
    found = fit_temperature(some).value
    grid = np.geomspace(LOWEST, HIGHEST, 400)
    losses = [log_loss(at_temperature(some, float(value))) for value in grid]
    assert found == pytest.approx(grid[int(np.argmin(losses))], rel=0.02)
    windows = outcome_of(some.logits, np.repeat(truth, 4, axis=0))  # type: ignore[arg-type]
    assert abs(fit_temperature(windows).value - found) > 0.05, "windows alone would choose another"


def test_without_a_mistake_answers_do_not_get_surer() -> None:
    truth = np.eye(3, dtype=bool)[[0, 1, 2, 0]]
    found = fit_temperature(outcome_of(truth * 1.0, truth))
    assert found.value == 1
    assert found.reason == "no mistake to be less sure of in the 4 validation clips"


@given(st.integers(0, 10_000), st.integers(2, 12), st.booleans())
def test_never_worse_and_within_bounds(seed: int, clips: int, multi_label: bool) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.random((clips, 3)) < 0.4 if multi_label else np.arange(3) == rng.integers(0, 3, (clips, 1))
    some = outcome_of(rng.normal(size=(clips, 3)) * 10 ** rng.uniform(-2, 2), truth, multi_label=multi_label)
    found = fit_temperature(some)
    assert LOWEST <= found.value <= HIGHEST
    assert log_loss(at_temperature(some, found.value)) <= log_loss(some) + 1e-12
    assert (found.value == 1) == (found.reason is not None)


def test_log_loss_is_sklearns() -> None:
    some = drawn(1.0, clips=50)
    assert log_loss(some) == pytest.approx(sk.log_loss(some.targets, some.probabilities), rel=1e-5)
    several = drawn(1.0, clips=50, multi_label=True)
    expected = np.mean([sk.log_loss(t, p) for t, p in zip(several.truth.T, several.probabilities.T, strict=True)])
    assert log_loss(several) == pytest.approx(expected, rel=1e-5)


def test_an_outcome_without_logits_stays_as_it_is() -> None:
    bare = replace(drawn(2.0, clips=5), logits=None, example_rows=None)
    assert fit_temperature(bare).reason == "there are no logits"
    assert at_temperature(bare, 3.0) is bare


def test_describe_tells_before_and_after() -> None:
    some = drawn(3.0)
    fitted = fit_temperature(some)
    said = describe(some, at_temperature(some, fitted.value), fitted)
    assert said["temperature"] == fitted.value
    assert said["fitted_on_clips"] == 4000
    assert said["after"]["expected_calibration_error"] < 0.03 < said["before"]["expected_calibration_error"]
    assert sum(one["answers"] for one in said["after"]["bins"]) == 4000


def test_reliability_worked_out_by_hand() -> None:
    bins = reliability(np.asarray([0.1, 0.5, 0.5, 0.9, 1.0]), np.asarray([False, True, False, True, False]), bins=2)
    # A confidence on an edge belongs to the bin below.
    assert [(b.answers, b.confidence, b.right) for b in bins] == [
        (3, pytest.approx(1.1 / 3), pytest.approx(1 / 3)),
        (2, pytest.approx(0.95), 0.5),
    ]
    assert expected_calibration_error(bins) == pytest.approx((abs(1.1 - 1) + abs(1.9 - 1)) / 5)
    empty = reliability(np.asarray([0.9]), np.asarray([True]), bins=3)
    assert [(b.confidence, b.right) for b in empty] == [(None, None), (None, None), (0.9, 1.0)]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_calibration_error_against_a_loop(answers: list[tuple[float, bool]]) -> None:
    confidence, right = (np.asarray(column) for column in zip(*answers, strict=True))
    total = 0.0
    for index in range(15):
        low, high = np.linspace(0, 1, 16)[index : index + 2]
        inside = (confidence > low) & (confidence <= high) | ((index == 0) & (confidence == 0))
        total += abs(confidence[inside].sum() - right[inside].sum())
    assert expected_calibration_error(reliability(confidence, right)) == pytest.approx(total / len(answers), abs=1e-9)
