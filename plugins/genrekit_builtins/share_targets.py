"""How many clips of each class a part should hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from genrekit_builtins.coded_clips import Integers


def share_targets(per_class: Integers, fractions: Sequence[float], rng: np.random.Generator) -> Integers:
    """int64 [1 + fractions, classes]: row 0 is what remains, row i is about ``fractions[i - 1]`` of each class.

    Every class has at least one clip in every row, so ``per_class`` must be at least ``1 + len(fractions)``.
    """
    import numpy as np

    targets = np.zeros((1 + len(fractions), len(per_class)), np.int64)
    for row, fraction in enumerate(fractions, start=1):
        targets[row] = np.maximum(_apportioned(per_class * fraction, rng), 1)
    targets[0] = per_class - targets[1:].sum(axis=0)
    for column in np.flatnonzero(targets[0] < 1):
        _give_one_back(targets[:, column])
    return targets


def _apportioned(ideal: np.ndarray, rng: np.random.Generator) -> Integers:
    """Whole numbers next to ``ideal`` whose sum is its rounded sum (largest remainders, ties by lot)."""
    import numpy as np

    whole = np.floor(ideal + 1e-9).astype(np.int64)
    missing = round(float(ideal.sum())) - int(whole.sum())
    by_remainder = np.lexsort((rng.random(len(ideal)), whole - ideal))
    whole[by_remainder[: max(missing, 0)]] += 1
    return whole


def _give_one_back(column: Integers) -> None:
    """Take from the largest shares of a class until one clip remains for row 0."""
    while column[0] < 1:
        largest = 1 + int(column[1:].argmax())
        column[largest] -= 1
        column[0] += 1
