"""The figures of `classification` for many draws of the clips at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from genrekit_builtins import _resampled_figures as many
from genrekit_builtins._classification_figures import in_top

if TYPE_CHECKING:
    import genrekit


def resampled(outcome: genrekit.Outcome, counts: np.ndarray, sizes: Sequence[int]) -> dict[str, np.ndarray]:
    """Figure -> float [resamples].

    The expected calibration error is left out: a draw with repeated clips is always further from its bins' means, so
    that the interval would not even hold the figure.
    """
    hits, true, answers = many.label_sums(counts, outcome.truth, outcome.given)
    f1 = many.share(2 * hits, true + answers)
    shares = outcome.probabilities.astype(np.float64)
    shares /= shares.sum(axis=1, keepdims=True)
    surprise = -np.log(np.clip(shares[outcome.truth], np.finfo(np.float64).eps, 1))
    return {
        "accuracy": hits.sum(axis=1) / true.sum(axis=1),
        "balanced_accuracy": many.mean_over_labels(many.share(hits, true)),
        "macro_f1": many.mean_over_labels(f1),
        "weighted_f1": (np.nan_to_num(f1) * true).sum(axis=1) / true.sum(axis=1),
        **{f"top_{k}_accuracy": many.mean(counts, in_top(outcome, k)) for k in sizes},
        **many.rankings(counts, outcome.truth, outcome.probabilities),
        "log_loss": many.mean(counts, surprise),
        "brier": many.mean(counts, ((shares - outcome.truth) ** 2).sum(axis=1)),
    }
