"""In which order, and how often, an epoch goes through the training examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def shuffled(targets: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each example once. ``targets`` [examples, labels]; int64 [examples]."""
    return rng.permutation(len(targets))


def balanced(targets: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As many examples as there are, of each class equally many within one; int64 [examples].

    Examples of rare classes come several times, of frequent ones not in every epoch. An example of several labels is
    wanted as much as the mean of them; those without any are a class of their own.

    Systematic sampling: examples lie in a row, class by class and in random order within it, each as long as it is
    wanted, and points of equal distance pick them.
    """
    import numpy as np

    labels = np.column_stack([targets, targets.sum(axis=1) == 0]).astype(np.float64)
    shares = labels / labels.sum(axis=1, keepdims=True)
    wanted = (shares / np.maximum(labels.sum(axis=0), 1)).sum(axis=1)
    row = rng.permutation(len(targets))
    row = row[np.argsort(labels[row].argmax(axis=1), kind="stable")]
    ends = np.cumsum(wanted[row]) / wanted.sum() * len(row)
    points = rng.random() + np.arange(len(row))
    picked = row[np.minimum(np.searchsorted(ends, points, side="right"), len(row) - 1)]
    return rng.permutation(picked)


ORDERS = {"shuffled": shuffled, "balanced": balanced}


def epoch_order(sampling: str, targets: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """The examples of an epoch of ``size``, int64 [size]: all of them again and again, and the last time a part."""
    import numpy as np

    rounds = -(-size // len(targets))
    return np.concatenate([ORDERS[sampling](targets, rng) for _ in range(rounds)])[:size]


def repetitions(order: np.ndarray) -> np.ndarray:
    """How often each entry of ``order`` has occurred before it, int64 of the same length."""
    import numpy as np

    places = np.argsort(order, kind="stable")
    _, starts, counts = np.unique(order[places], return_index=True, return_counts=True)
    out = np.empty(len(order), np.int64)
    out[places] = np.arange(len(order)) - np.repeat(starts, counts)
    return out
