"""The `classification` evaluator's figures: worked out by hand, and what absent classes do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcomes import outcome
from sklearn.metrics import balanced_accuracy_score, f1_score

from genrekit_builtins.classification import Classification


def test_figures_worked_out_by_hand() -> None:
    # a: 1 right, 1 taken for b, 1 false alarm. b: 2 right, 1 false alarm. c: its one clip taken for a.
    figures = Classification().metrics(outcome([0, 0, 1, 1, 2], [0, 1, 1, 1, 0], "abc"))
    assert figures == {
        "accuracy": pytest.approx(3 / 5),
        "balanced_accuracy": pytest.approx((1 / 2 + 1 + 0) / 3),
        "macro_f1": pytest.approx((0.5 + 0.8 + 0) / 3),
        "weighted_f1": pytest.approx((2 * 0.5 + 2 * 0.8 + 0) / 5),
        "loss": 1.25,
        "n_clips": 5,
        "per_class": {
            "a": {"precision": 0.5, "recall": 0.5, "f1": pytest.approx(0.5), "support": 2},
            "b": {"precision": pytest.approx(2 / 3), "recall": 1.0, "f1": pytest.approx(0.8), "support": 2},
            "c": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1},
        },
        "confusion": [[1, 1, 0], [0, 2, 0], [1, 0, 0]],
    }


def test_a_class_that_is_neither_true_nor_predicted_counts_for_nothing() -> None:
    figures = Classification().metrics(outcome([0, 1, 1], [0, 1, 1], "abc"))
    assert figures["macro_f1"] == figures["balanced_accuracy"] == figures["weighted_f1"] == 1
    assert figures["per_class"]["c"] == {"precision": 0, "recall": 0, "f1": 0, "support": 0}
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
