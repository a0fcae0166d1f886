"""The figures of a thousand draws of clips at once. scikit-learn gives one draw at a time; the tests compare the two.

``counts`` [resamples, clips] says how often each clip is in each draw: weighted sums do what copies of clips would.
Results are float64 [resamples], NaN where a draw does not define the figure.
"""

from __future__ import annotations

import warnings

import numpy as np


def mean(counts: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The mean of ``values`` [clips]."""
    out: np.ndarray = counts @ values.astype(np.float64) / counts.sum(axis=1)
    return out


def label_sums(counts: np.ndarray, truth: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each label's right answers, true clips and answers, [resamples, labels], from bool [clips, labels]."""
    weights = counts.astype(np.float64)
    hits, true, answers = (weights @ mask.astype(np.float64) for mask in (truth & given, truth, given))
    return hits, true, answers


def mean_over_labels(values: np.ndarray) -> np.ndarray:
    """The mean over the labels where ``values`` [resamples, labels] are not NaN."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice")
        out: np.ndarray = np.nanmean(values, axis=1)
    return out


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """``part / whole``, NaN where the whole is 0."""
    out: np.ndarray = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)
    return out


def rankings(counts: np.ndarray, truth: np.ndarray, shares: np.ndarray) -> dict[str, np.ndarray]:
    """The means of ROC AUC and average precision over the labels that define them."""
    # A clip's draws side by side: clips are then sorted by moving rows. Sums stay below 2^24, which float32 holds.
    drawn = np.ascontiguousarray(counts.T, dtype=np.float32)
    columns = list(zip(truth.T, shares.T, strict=True))
    nothing = np.full(len(counts), np.nan)
    curves = [_ranking(drawn, *column) if column[0].any() else (nothing, nothing) for column in columns]
    areas, precisions = (np.stack(values, axis=1) for values in zip(*curves, strict=True))
    return {"roc_auc": mean_over_labels(areas), "mean_average_precision": mean_over_labels(precisions)}


def _ranking(drawn: np.ndarray, has: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One label's ROC AUC and average precision, from ``drawn`` [clips, resamples]."""
    order = np.argsort(-score, kind="stable")
    first = np.append(True, np.diff(score[order]) != 0)
    # Clips of one score are above a threshold together. Only scores of true clips change the figures.
    tie = np.cumsum(first) - 1
    ties, firsts = np.unique(tie[has[order]], return_index=True)
    starts = np.flatnonzero(first)
    steps = np.add.reduceat(drawn[order[has[order]]], firsts, axis=0).astype(np.float64)
    before, after = _cumulated(drawn[order], starts[ties], np.append(starts[1:], len(order))[ties])
    true, total = np.cumsum(steps, axis=0), drawn.sum(axis=0, dtype=np.float64)
    positives, negatives = true[-1], total - true[-1]
    # Of the false clips, those ranked below a true one count whole, those with its score half.
    below = negatives - (after - true) + (after - before - steps) / 2
    precision = (steps * np.nan_to_num(share(true, after))).sum(axis=0)
    return share((steps * below).sum(axis=0), positives * negatives), share(precision, positives)


def _cumulated(rows: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sums of the rows before ``starts`` and before ``ends``, each [len(starts), resamples]."""
    bounds = np.unique(np.concatenate([[0], starts, ends[ends < len(rows)]]))
    sums = np.cumsum(np.add.reduceat(rows, bounds, axis=0), axis=0, dtype=np.float64)
    sums = np.vstack([np.zeros(rows.shape[1]), sums])
    places = np.append(bounds, len(rows))
    return sums[np.searchsorted(places, starts)], sums[np.searchsorted(places, ends)]
