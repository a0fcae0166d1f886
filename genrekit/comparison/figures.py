"""Figures of weighted answers, for a thousand sets of weights at once.

Clips that are drawn again, and answers that are exchanged, are weights.

``weights`` float64 [draws, rows]; results are float64 [draws], NaN where a draw does not define the figure. They are
scikit-learn's (the tests compare), but for the log loss: ``predictions.csv`` has six decimals, and no probability is
taken for less than half of the last one.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from genrekit.comparison.answers import Rows

if TYPE_CHECKING:
    import numpy as np

LEAST = 5e-7
LESS_IS_BETTER = frozenset({"log_loss"})


def figures(rows: Rows, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Figure -> its value in each draw."""
    hits, true, answers = (weights @ mask.astype(float) for mask in (rows.truth & rows.given, rows.truth, rows.given))
    first = {"micro_f1": _share(2 * hits.sum(axis=1), (true + answers).sum(axis=1))} if rows.several else {}
    if not rows.several:
        first = {
            "accuracy": hits.sum(axis=1) / true.sum(axis=1),
            "balanced_accuracy": _mean(_share(hits, true)),
        }
    return first | {
        "macro_f1": _mean(_share(2 * hits, true + answers)),
        "mean_average_precision": _mean(_average_precisions(rows, weights)),
        "log_loss": weights @ _surprise(rows) / weights.sum(axis=1),
    }


def _surprise(rows: Rows) -> np.ndarray:
    """Each answer's log loss, [rows]."""
    import numpy as np

    shares = np.clip(rows.shares, LEAST, 1 - LEAST if rows.several else 1)
    if rows.several:
        loss: np.ndarray = -np.where(rows.truth, np.log(shares), np.log1p(-shares)).mean(axis=1)
        return loss
    of_truth: np.ndarray = -np.log(np.where(rows.truth, shares, 0.0).sum(axis=1).clip(LEAST))
    return of_truth


def _average_precisions(rows: Rows, weights: np.ndarray) -> np.ndarray:
    """Each label's, [draws, labels]."""
    import numpy as np

    columns = zip(rows.truth.T, rows.shares.T, strict=True)
    return np.stack([_average_precision(has, score, weights) for has, score in columns], axis=1)


def _average_precision(has: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """One label's, [draws]: the mean precision over its clips, where answers of one score are ranked alike."""
    import numpy as np

    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    every = np.cumsum(weights[:, order], axis=1)[:, ends]
    true = np.cumsum(weights[:, order] * has[order], axis=1)[:, ends]
    steps = np.diff(true, axis=1, prepend=0.0)
    return _share((steps * np.nan_to_num(_share(true, every))).sum(axis=1), true[:, -1])


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """``part / whole``, NaN where the whole is 0."""
    import numpy as np

    out: np.ndarray = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 1e-12)
    return out


def _mean(values: np.ndarray) -> np.ndarray:
    """The mean over labels where ``values`` [draws, labels] are not NaN."""
    import numpy as np

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice")
        out: np.ndarray = np.nanmean(values, axis=1)
    return out
