"""The `classification` evaluator's figures: worked out by hand, and what absent classes do."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcomes import outcome
from sklearn import metrics as sk
from sklearn.metrics import balanced_accuracy_score, f1_score

import genrekit
from genrekit_builtins.classification import Classification


def test_figures_worked_out_by_hand() -> None:
    # a: 1 right, 1 taken for b, 1 false alarm. b: 2 right, 1 false alarm. c: its one clip taken for a.
    figures = Classification().metrics(outcome([0, 0, 1, 1, 2], [0, 1, 1, 1, 0], "abc"))
    by_class = figures.pop("per_class")
    curve = figures.pop("risk_coverage")
    sure, rest = 0.9 + 0.1 / 3, 0.1 / 3
    assert figures == {
        "accuracy": pytest.approx(3 / 5),
        "balanced_accuracy": pytest.approx((1 / 2 + 1 + 0) / 3),
        "macro_f1": pytest.approx((0.5 + 0.8 + 0) / 3),
        "weighted_f1": pytest.approx((2 * 0.5 + 2 * 0.8 + 0) / 5),
        # a: of 2 x 3 pairs, the sure one wins 2 and draws 1, the other draws 2. b: 2 x 3 pairs, 4 wins, 2 draws.
        "roc_auc": pytest.approx(((2 + 1 / 2 + 2 / 2) / 6 + (4 + 2 / 2) / 6 + 2 / 4) / 3),
        "mean_average_precision": pytest.approx(((0.5 * 1 / 2 + 0.5 * 2 / 5) + 2 / 3 + 1 / 5) / 3),
        "undefined": {},
        "log_loss": pytest.approx(-(3 * np.log(sure) + 2 * np.log(rest)) / 5, rel=1e-6),
        "brier": pytest.approx(brier(sure, rest) / 5, rel=1e-5),
        "expected_calibration_error": pytest.approx(sure - 3 / 5, rel=1e-6),
        "loss": 1.25,
        "n_clips": 5,
        "confusion": [[1, 1, 0], [0, 2, 0], [1, 0, 0]],
    }
    plain = {label: {k: row[k] for k in ("precision", "recall", "f1", "support")} for label, row in by_class.items()}
    assert plain == {
        "a": {"precision": 0.5, "recall": 0.5, "f1": pytest.approx(0.5), "support": 2},
        "b": {"precision": pytest.approx(2 / 3), "recall": 1.0, "f1": pytest.approx(0.8), "support": 2},
        "c": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1},
    }
    assert by_class["c"]["roc_auc"] == 0.5
    assert [point["coverage"] for point in curve] == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert curve[-1]["accuracy"] == pytest.approx(3 / 5)


def brier(sure: float, rest: float) -> float:
    """Three right answers and two wrong ones, each over three labels."""
    return 3 * ((1 - sure) ** 2 + 2 * rest**2) + 2 * (sure**2 + (1 - rest) ** 2 + rest**2)


def random_outcome(clips: int, classes: int, seed: int = 0) -> genrekit.Outcome:
    """Probabilities without ties, somewhat right."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, classes, clips)
    scores = rng.normal(size=(clips, classes)) + 1.5 * (np.arange(classes) == true[:, None])
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return replace(outcome(true, true, [f"c{index}" for index in range(classes)]), probabilities=shares)


def test_figures_of_probabilities_against_sklearn_as_it_comes() -> None:
    some = random_outcome(80, 4)
    figures = Classification(top=(2, 3)).metrics(some)
    true, shares = some.targets, some.probabilities
    assert figures["roc_auc"] == pytest.approx(sk.roc_auc_score(true, shares, multi_class="ovr"))
    assert figures["mean_average_precision"] == pytest.approx(sk.average_precision_score(some.truth, shares))
    assert figures["top_2_accuracy"] == sk.top_k_accuracy_score(true, shares, k=2)
    assert figures["top_3_accuracy"] == sk.top_k_accuracy_score(true, shares, k=3)
    assert figures["log_loss"] == pytest.approx(sk.log_loss(true, shares))
    assert figures["brier"] == pytest.approx(sk.brier_score_loss(true, shares, scale_by_half=False))


def test_the_surest_answers_are_answered_first() -> None:
    some = random_outcome(60, 3)
    sure = some.probabilities.max(axis=1)
    for point in Classification().metrics(some)["risk_coverage"]:
        answered = sure >= point["probability"]
        assert answered.mean() == pytest.approx(point["coverage"])
        assert point["accuracy"] == pytest.approx((some.predicted == some.targets)[answered].mean())


def test_top_k_counts_ties_against_the_model_and_needs_more_classes_than_k() -> None:
    flat = replace(outcome([0, 1], [0, 0], "abcd"), probabilities=np.full((2, 4), 0.25))
    assert Classification(top=(3,)).metrics(flat)["top_3_accuracy"] == 0
    assert not any(
        name.startswith("top_") for name in Classification(top=(3, 5)).metrics(outcome([0, 1], [0, 1], "abc"))
    )


def test_classes_that_a_part_lacks_are_named_and_give_null_not_nan() -> None:
    figures = Classification().metrics(outcome([0, 1, 1], [0, 1, 1], "abc"))
    assert figures["undefined"] == {"roc_auc": ["c"], "mean_average_precision": ["c"]}
    assert figures["roc_auc"] == figures["mean_average_precision"] == 1
    assert figures["per_class"]["c"]["roc_auc"] is None
    one_class = Classification().metrics(outcome([1, 1], [0, 1], "ab"))
    assert one_class["roc_auc"] is None
    assert one_class["undefined"]["roc_auc"] == ["a", "b"]
    assert one_class["mean_average_precision"] == 1
    json.dumps([figures, one_class], allow_nan=False)


def test_a_class_that_is_neither_true_nor_predicted_counts_for_nothing() -> None:
    figures = Classification().metrics(outcome([0, 1, 1], [0, 1, 1], "abc"))
    assert figures["macro_f1"] == figures["balanced_accuracy"] == figures["weighted_f1"] == 1
    assert [figures["per_class"]["c"][name] for name in ("precision", "recall", "f1", "support")] == [0, 0, 0, 0]
    assert figures["confusion"] == [[1, 0, 0], [0, 2, 0], [0, 0, 0]]


def test_a_class_that_is_only_predicted_is_false_alarms() -> None:
    figures = Classification().metrics(outcome([0, 0, 1], [0, 0, 3], "abcd"))
    assert figures["macro_f1"] == pytest.approx((1 + 0 + 0) / 3), "a, b and d; not c"
    assert figures["weighted_f1"] == pytest.approx(2 / 3)
    assert figures["balanced_accuracy"] == pytest.approx((1 + 0) / 2), "d has no clip to be recalled"


def test_one_clip() -> None:
    figures = Classification().metrics(outcome([1], [0], "ab"))
    assert figures["accuracy"] == figures["macro_f1"] == 0
    assert figures["n_clips"] == 1


def plain_macro_f1(true: list[int], predicted: list[int]) -> float:
    scores = []
    for label in {*true, *predicted}:
        hits = sum(t == p == label for t, p in zip(true, predicted, strict=True))
        scores.append(2 * hits / (true.count(label) + predicted.count(label)))
    return sum(scores) / len(scores)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40))
def test_agrees_with_the_definition_and_with_sklearn_as_it_comes(pairs: list[tuple[int, int]]) -> None:
    true, predicted = map(list, zip(*pairs, strict=True))
    figures = Classification().metrics(outcome(true, predicted, "abcdef"))
    assert figures["macro_f1"] == pytest.approx(plain_macro_f1(true, predicted))
    assert figures["macro_f1"] == f1_score(true, predicted, average="macro")
    assert figures["weighted_f1"] == f1_score(true, predicted, average="weighted")
    # sklearn warns of classes that are only predicted, and of there being only one.
    if set(predicted) <= set(true) and len(set(true)) > 1:
        assert figures["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(true, predicted))
    assert sum(map(sum, figures["confusion"])) == len(pairs)
    assert sum(row["support"] for row in figures["per_class"].values()) == len(pairs)
    json.dumps(figures, allow_nan=False)


def test_is_the_default() -> None:
    assert Classification.default
