"""scikit-learn's figures for clips with any number of labels, and those of many draws of the clips at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import rankdata
from sklearn import metrics as sk

from genrekit.reliability import confidence_of, expected_calibration_error, reliability
from genrekit_builtins import _resampled_figures as many
from genrekit_builtins._ranking_figures import ranking_by_label, ranking_means

if TYPE_CHECKING:
    import genrekit


def figures(outcome: genrekit.Outcome) -> dict[str, Any]:
    """All of them."""
    truth, given = outcome.truth, outcome.given
    ranking = ranking_by_label(truth, outcome.probabilities)
    occurring = np.flatnonzero(truth.any(axis=0) | given.any(axis=0))
    macro = sk.f1_score(truth, given, labels=occurring, average="macro", zero_division=0) if len(occurring) else None
    ranks = ranking_precision(truth, outcome.probabilities)
    return {
        **ranking_means(ranking, outcome.labels),
        "micro_f1": float(sk.f1_score(truth, given, average="micro", zero_division=0)) if len(occurring) else None,
        "macro_f1": None if macro is None else float(macro),
        "exact_match": float((truth == given).all(axis=1).mean()),
        "ranking_precision": None if np.isnan(ranks).all() else float(np.nanmean(ranks)),
        "log_loss": float(_surprise(outcome).mean()),
        "brier": float(((outcome.probabilities - truth) ** 2).mean()),
        "expected_calibration_error": expected_calibration_error(reliability(*confidence_of(outcome))),
        "loss": float(outcome.loss),
        "n_clips": len(truth),
        "per_class": _by_label(outcome, ranking),
    }


def resampled(outcome: genrekit.Outcome, counts: np.ndarray) -> dict[str, np.ndarray]:
    """Figure -> float [resamples]; without the calibration error, as for `classification`."""
    truth, given = outcome.truth, outcome.given
    hits, true, answers = many.label_sums(counts, truth, given)
    ranks = ranking_precision(truth, outcome.probabilities)
    ranked = ~np.isnan(ranks)
    return {
        **many.rankings(counts, truth, outcome.probabilities),
        "micro_f1": many.share(2 * hits.sum(axis=1), (true + answers).sum(axis=1)),
        "macro_f1": many.mean_over_labels(many.share(2 * hits, true + answers)),
        "exact_match": many.mean(counts, (truth == given).all(axis=1)),
        "ranking_precision": many.share(counts[:, ranked] @ ranks[ranked], counts[:, ranked].sum(axis=1)),
        "log_loss": many.mean(counts, _surprise(outcome).mean(axis=1)),
        "brier": many.mean(counts, ((outcome.probabilities - truth) ** 2).mean(axis=1)),
    }


def ranking_precision(truth: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Each clip's label ranking average precision, float64 [clips]; NaN for a clip without labels.

    The mean over clips is `sklearn.metrics.label_ranking_average_precision_score`, which tells no single clip's.
    """
    scores = -shares.astype(np.float64)
    among_all = rankdata(scores, method="max", axis=1)
    among_true = rankdata(np.where(truth, scores, np.inf), method="max", axis=1)
    return many.share((truth * among_true / among_all).sum(axis=1), truth.sum(axis=1))


def _surprise(outcome: genrekit.Outcome) -> np.ndarray:
    """-log of the probability of what is true, float64 [clips, labels]."""
    eps = np.finfo(np.float32).eps
    shares = np.clip(outcome.probabilities.astype(np.float64), eps, 1 - eps)
    return -np.where(outcome.truth, np.log(shares), np.log1p(-shares))


def _by_label(outcome: genrekit.Outcome, ranking: list[dict[str, float | None]]) -> dict[str, dict[str, float | None]]:
    """label -> precision, recall, f1, support (clips), threshold, and the ranking figures."""
    scores = sk.precision_recall_fscore_support(outcome.truth, outcome.given, average=None, zero_division=0)
    names = ("precision", "recall", "f1", "support", "threshold")
    columns = zip(*(column.tolist() for column in scores), _thresholds(outcome), strict=True)
    rows = [dict(zip(names, row, strict=True)) | ranks for row, ranks in zip(columns, ranking, strict=True)]
    return dict(zip(outcome.labels, rows, strict=True))


def _thresholds(outcome: genrekit.Outcome) -> list[float | None]:
    """Each label's; None where several models answered, each with its own."""
    if outcome.thresholds is None:
        return [0.5] * len(outcome.labels)
    several: list[float | None] = [None] * len(outcome.labels)
    return outcome.thresholds.tolist() if outcome.thresholds.ndim == 1 else several
