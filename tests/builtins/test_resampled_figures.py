"""The figures of many draws at once against scikit-learn's of one draw after another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from outcomes import outcome

import genrekit
from genrekit.intervals import by_metrics
from genrekit_builtins.classification import Classification
from genrekit_builtins.multi_label import MultiLabel


def coarse(multi_label: bool, clips: int = 30, classes: int = 4, seed: int = 0) -> genrekit.Outcome:
    """Probabilities of few values, so that there are ties; one class that no clip has."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, classes - 1, clips)
    shares = rng.integers(1, 6, (clips, classes)).astype(np.float64)
    some = replace(outcome(true, true, "abcd"[:classes]), probabilities=shares / shares.sum(axis=1, keepdims=True))
    if not multi_label:
        return some
    truth = rng.random((clips, classes)) < [0.5, 0.3, 0.1, 0.0]
    return replace(some, truth=truth, probabilities=shares / 6, multi_label=True, thresholds=np.full(classes, 0.6))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("evaluator", "multi_label"), [(Classification(top=(2,)), False), (MultiLabel(), True)], ids=["one", "several"]
)
def test_each_draw_is_what_sklearn_says_of_its_clips(
    evaluator: genrekit.Evaluator, multi_label: bool, seed: int
) -> None:
    some = coarse(multi_label, seed=seed)
    counts = np.random.default_rng(seed).multinomial(len(some), [1 / len(some)] * len(some), size=20)
    fast, slow = evaluator.resample(some, counts), by_metrics(evaluator, some, counts)
    assert set(slow) - set(fast) == {"loss", "expected_calibration_error"}
    for name, values in fast.items():
        np.testing.assert_allclose(values, slow[name], rtol=1e-5, atol=1e-9, err_msg=name)


def test_draws_without_any_clip_of_a_class_leave_it_out() -> None:
    some = outcome([0, 0, 1], [0, 0, 0], "ab")
    figures = Classification().resample(some, np.asarray([[1, 2, 0], [0, 0, 3], [1, 1, 1]]))
    assert figures["macro_f1"].tolist() == pytest.approx([1, 0, 0.4])
    assert figures["balanced_accuracy"].tolist() == pytest.approx([1, 0, 0.5])
    assert np.isnan(figures["roc_auc"]).tolist() == [True, True, False]
