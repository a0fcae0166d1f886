"""The `multi-label` evaluator: figures by hand and against scikit-learn, labels that a part lacks, pictures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from outcomes import outcome
from sklearn import metrics as sk

import genrekit
from genrekit_builtins.classification import Classification
from genrekit_builtins.multi_label import MultiLabel


def tagged(truth: np.ndarray, shares: np.ndarray, thresholds: list[float] | None = None) -> genrekit.Outcome:
    """Clips with those labels, answered with those probabilities."""
    labels = [f"tag{index}" for index in range(truth.shape[1])]
    return replace(
        outcome([0] * len(truth), [0] * len(truth), labels),
        truth=truth,
        probabilities=shares.astype(np.float32),
        multi_label=True,
        thresholds=None if thresholds is None else np.asarray(thresholds, np.float32),
    )


def some(clips: int = 60, labels: int = 5) -> genrekit.Outcome:
    rng = np.random.default_rng(0)
    truth = rng.random((clips, labels)) < 0.3
    return tagged(truth, np.clip(rng.random((clips, labels)) * 0.6 + 0.3 * truth, 0, 1))


def test_figures_worked_out_by_hand() -> None:
    truth = np.asarray([[1, 0], [1, 1], [0, 1], [0, 0]], bool)
    shares = np.asarray([[0.9, 0.6], [0.4, 0.8], [0.2, 0.7], [0.6, 0.1]])
    figures = MultiLabel().metrics(tagged(truth, shares))
    # tag0: 1 hit, 1 miss, 1 false alarm. tag1: 2 hits, 1 false alarm.
    assert figures["micro_f1"] == pytest.approx(6 / (4 + 5))
    assert figures["macro_f1"] == pytest.approx((0.5 + 0.8) / 2)
    assert figures["exact_match"] == 0.25
    assert figures["mean_average_precision"] == pytest.approx(((0.5 + 0.5 * 2 / 3) + 1) / 2)
    assert figures["roc_auc"] == pytest.approx((3 / 4 + 1) / 2)
    # The last clip has no label to be ranked.
    assert figures["ranking_precision"] == pytest.approx((1 + 1 + 1) / 3)
    assert figures["per_class"]["tag0"] == {
        "precision": 0.5, "recall": 0.5, "f1": pytest.approx(0.5), "support": 2, "threshold": 0.5,
        "roc_auc": pytest.approx(0.75), "average_precision": pytest.approx(0.5 + 0.5 * 2 / 3),
    }  # fmt: skip
    higher = MultiLabel().metrics(tagged(truth, shares, [0.65, 0.65]))
    assert higher["exact_match"] == 0.75
    assert higher["per_class"]["tag0"]["threshold"] == pytest.approx(0.65)
    assert higher["mean_average_precision"] == figures["mean_average_precision"], "it needs no threshold"


def test_figures_are_sklearns() -> None:
    given = some()
    truth, shares = given.truth, given.probabilities
    figures = MultiLabel().metrics(given)
    assert figures["mean_average_precision"] == pytest.approx(sk.average_precision_score(truth, shares))
    assert figures["roc_auc"] == pytest.approx(sk.roc_auc_score(truth, shares))
    assert figures["macro_f1"] == pytest.approx(sk.f1_score(truth, shares >= 0.5, average="macro", zero_division=0))
    assert figures["micro_f1"] == pytest.approx(sk.f1_score(truth, shares >= 0.5, average="micro"))
    assert figures["exact_match"] == pytest.approx(sk.accuracy_score(truth, shares >= 0.5))
    ranked = truth.any(axis=1)
    expected = sk.label_ranking_average_precision_score(truth[ranked], shares[ranked])
    assert figures["ranking_precision"] == pytest.approx(expected)
    losses = [sk.log_loss(has, share) for has, share in zip(truth.T, shares.T, strict=True)]
    assert figures["log_loss"] == pytest.approx(np.mean(losses))
    assert figures["brier"] == pytest.approx(sk.mean_squared_error(truth, shares))


def test_ties_in_a_clips_ranking_are_sklearns() -> None:
    rng = np.random.default_rng(3)
    truth, shares = rng.random((40, 4)) < 0.5, rng.integers(0, 3, (40, 4)) / 4
    ranked = truth.any(axis=1)
    figures = MultiLabel().metrics(tagged(truth, shares))
    expected = sk.label_ranking_average_precision_score(truth[ranked], shares[ranked])
    assert figures["ranking_precision"] == pytest.approx(expected)


@pytest.mark.parametrize("has", [False, True])
def test_a_part_without_labels_gives_nulls(has: bool) -> None:
    figures = MultiLabel().metrics(tagged(np.full((3, 2), has), np.full((3, 2), 0.4)))
    assert figures["roc_auc"] is None
    assert figures["undefined"]["roc_auc"] == ["tag0", "tag1"]
    assert (figures["mean_average_precision"] is None) != has
    assert figures["macro_f1"] == (0 if has else None)
    json.dumps(figures, allow_nan=False)


def test_the_default_evaluator_is_this_one_where_clips_have_several_labels(tmp_path: Path) -> None:
    given = some()
    assert Classification().metrics(given) == MultiLabel().metrics(given)
    counts = np.ones((2, len(given)), int)
    assert set(Classification().resample(given, counts)) == set(MultiLabel().resample(given, counts))
    drawn = {path.name for path in Classification().pictures(given, [], tmp_path)}
    assert drawn == {f"{name}.{kind}" for name in ("precision_recall", "roc", "reliability") for kind in ("png", "svg")}


@pytest.mark.parametrize("has", [False, True])
def test_pictures_of_a_part_without_labels_are_drawn(has: bool, tmp_path: Path) -> None:
    MultiLabel().pictures(tagged(np.full((3, 2), has), np.full((3, 2), 0.4)), [], tmp_path)
    title = "test: mean average precision " + ("1.00" if has else "undefined")
    assert title in (tmp_path / "precision_recall.svg").read_text()


def test_curves_show_what_the_history_has(tmp_path: Path) -> None:
    history = [{"epoch": 1, "loss": 1.0, "macro_f1": 0.1, "mean_average_precision": 0.4, "lr": 0.1, "best_epoch": 1}]
    MultiLabel().pictures(some(), history, tmp_path)
    assert "mean average precision" in (tmp_path / "learning_curves.svg").read_text()
