"""From which probability on a label counts as given, label by label, where clips have several."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from genrekit.outcome import Outcome

USUAL = 0.5


def best_thresholds(outcome: Outcome) -> np.ndarray:
    """Each label's threshold with the highest F1 on the outcome's clips, float32 [labels].

    It lies halfway between two clips' probabilities; of several as good, it is the one nearest to 0.5. A label that no
    clip has, or every clip, keeps 0.5.
    """
    import numpy as np

    columns = zip(outcome.truth.T, outcome.probabilities.T.astype(np.float64), strict=True)
    return np.asarray([_best(truth, shares) for truth, shares in columns], dtype=np.float32)


def _best(truth: np.ndarray, shares: np.ndarray) -> float:
    """``truth`` bool [clips], ``shares`` float64 [clips]."""
    import numpy as np

    if truth.all() or not truth.any():
        return USUAL
    order = np.argsort(-shares, kind="stable")
    sorted_shares, hits = shares[order], np.cumsum(truth[order])
    # F1 when the first k clips are given the label: 2 hits / (given + true).
    f1 = 2 * hits / (np.arange(1, len(shares) + 1) + truth.sum())
    f1[:-1][sorted_shares[:-1] == sorted_shares[1:]] = -1
    between = (sorted_shares + np.append(sorted_shares[1:], 0.0)) / 2
    best = np.flatnonzero(f1 >= f1.max() - 1e-12)
    return float(between[best[np.abs(between[best] - USUAL).argmin()]])
