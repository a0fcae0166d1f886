"""Precision against recall for each label as a picture, the worst labels in colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import average_precision_score, precision_recall_curve

from genrekit_builtins._label_curves import Points, dress, label_curves

if TYPE_CHECKING:
    import genrekit


def precision_recall(outcome: genrekit.Outcome) -> Figure:
    """A curve for each label that some clip has, and a dot where the model's answers lie."""
    known = np.flatnonzero(outcome.truth.any(axis=0)).tolist()
    scores = {i: float(average_precision_score(outcome.truth[:, i], outcome.probabilities[:, i])) for i in known}
    figure = label_curves(outcome, scores, _curve, _dot, "steps-post")
    dress(figure, ("recall", "precision"), "lowest average precision, dot: as answered", "lower left")
    mean = f"{np.mean(list(scores.values())):.2f}" if scores else "undefined"
    figure.axes[0].set_title(f"{outcome.part}: mean average precision {mean}", loc="left")
    return figure


def _curve(truth: np.ndarray, shares: np.ndarray) -> Points:
    precision, recall, _ = precision_recall_curve(truth, shares)
    return recall, precision


def _dot(truth: np.ndarray, given: np.ndarray) -> tuple[float, float]:
    hits = (truth & given).sum()
    return float(hits / truth.sum()), float(hits / given.sum())
