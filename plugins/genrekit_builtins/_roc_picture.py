"""The share of a label's clips that are found, against the share of other clips that are mistaken for it (ROC)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_auc_score, roc_curve

from genrekit_builtins._curves_picture import GREY
from genrekit_builtins._label_curves import Points, dress, label_curves

if TYPE_CHECKING:
    import genrekit


def roc(outcome: genrekit.Outcome) -> Figure:
    """A curve for each label that some clips have and some have not (each against the rest)."""
    known = np.flatnonzero(outcome.truth.any(axis=0) & ~outcome.truth.all(axis=0)).tolist()
    scores = {i: float(roc_auc_score(outcome.truth[:, i], outcome.probabilities[:, i])) for i in known}
    figure = label_curves(outcome, scores, _curve, _dot)
    axes = figure.axes[0]
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    dress(figure, ("false positive rate", "true positive rate"), "lowest area, dot: as answered", "lower right")
    mean = f"{np.mean(list(scores.values())):.2f}" if scores else "undefined"
    axes.set_title(f"{outcome.part}: mean area under the ROC curve {mean}", loc="left")
    return figure


def _curve(truth: np.ndarray, shares: np.ndarray) -> Points:
    false, true, _ = roc_curve(truth, shares)
    return false, true


def _dot(truth: np.ndarray, given: np.ndarray) -> tuple[float, float]:
    return float((given & ~truth).sum() / (~truth).sum()), float((given & truth).sum() / truth.sum())
