"""scikit-learn's figures for clips with one label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import metrics as sk

from genrekit.reliability import confidence_of, expected_calibration_error, reliability
from genrekit_builtins._ranking_figures import ranking_by_label, ranking_means

if TYPE_CHECKING:
    import genrekit

COVERAGES = tuple(round(0.1 * step, 1) for step in range(1, 11))


def figures(outcome: genrekit.Outcome, sizes: Sequence[int]) -> dict[str, Any]:
    """All of them; ``sizes`` are the k of the top-k accuracies."""
    true, predicted, labels = outcome.targets, outcome.predicted, outcome.labels
    ranking = ranking_by_label(outcome.truth, outcome.probabilities)
    rows = [{**one, **other} for one, other in zip(_by_class(true, predicted, len(labels)), ranking, strict=True)]
    return {
        **averages(true, predicted),
        **{f"top_{k}_accuracy": float(in_top(outcome, k).mean()) for k in sizes},
        **ranking_means(ranking, labels),
        **probability_figures(outcome),
        "loss": float(outcome.loss),
        "n_clips": len(true),
        "per_class": dict(zip(labels, rows, strict=True)),
        "confusion": sk.confusion_matrix(true, predicted, labels=range(len(labels))).tolist(),
        "risk_coverage": risk_coverage(outcome),
    }


def averages(true: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Figures over all classes, 0 to 1, from label indices [clips]."""
    # sklearn's balanced_accuracy_score is this, with a warning when a class is only ever predicted.
    recall = sk.recall_score(true, predicted, labels=np.unique(true), average="macro", zero_division=0)
    return {
        "accuracy": float(sk.accuracy_score(true, predicted)),
        "balanced_accuracy": float(recall),
        "macro_f1": float(sk.f1_score(true, predicted, average="macro", zero_division=0)),
        "weighted_f1": float(sk.f1_score(true, predicted, average="weighted", zero_division=0)),
    }


def in_top(outcome: genrekit.Outcome, k: int) -> np.ndarray:
    """Whether fewer than ``k`` other classes are at least as probable as the true one, bool [clips].

    scikit-learn's `top_k_accuracy_score` lets the order of classes decide between equals.
    """
    own = outcome.probabilities[outcome.truth][:, None]
    among: np.ndarray = (outcome.probabilities >= own).sum(axis=1) <= k
    return among


def probability_figures(outcome: genrekit.Outcome) -> dict[str, float]:
    """What is asked of probabilities beyond their order."""
    shares = outcome.probabilities.astype(np.float64)
    shares /= shares.sum(axis=1, keepdims=True)
    classes = np.arange(len(outcome.labels))
    return {
        "log_loss": float(sk.log_loss(outcome.targets, shares, labels=classes)),
        "brier": float(((shares - outcome.truth) ** 2).sum(axis=1).mean()),
        "expected_calibration_error": expected_calibration_error(reliability(*confidence_of(outcome))),
    }


def risk_coverage(outcome: genrekit.Outcome) -> list[dict[str, float]]:
    """The accuracy when that share of the clips is answered, the surest first, and the probability of the last one."""
    sure = outcome.probabilities.max(axis=1)
    order = np.argsort(-sure, kind="stable")
    right = np.cumsum((outcome.predicted == outcome.targets)[order])
    counts = [max(1, round(coverage * len(order))) for coverage in COVERAGES]
    return [
        {"coverage": coverage, "accuracy": float(right[n - 1] / n), "probability": float(sure[order[n - 1]])}
        for coverage, n in zip(COVERAGES, counts, strict=True)
    ]


def _by_class(true: np.ndarray, predicted: np.ndarray, classes: int) -> list[dict[str, float]]:
    """Each class's precision, recall, f1 (0 to 1) and support (clips)."""
    scores = sk.precision_recall_fscore_support(true, predicted, labels=range(classes), zero_division=0)
    names = ("precision", "recall", "f1", "support")
    return [dict(zip(names, row, strict=True)) for row in zip(*(column.tolist() for column in scores), strict=True)]
