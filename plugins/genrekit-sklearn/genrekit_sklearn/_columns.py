"""Which labels a classifier learns: those that it could tell, and what is answered for the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CERTAIN = float(np.log(1e6))
"""The logit of what was always so in training; the opposite of what never was. Probabilities end there too."""


@dataclass(frozen=True)
class Columns:
    """``learned`` int64 [k] are the labels' numbers, of all ``rest`` float32 [classes] the logits where not learned."""

    multi_label: bool
    learned: np.ndarray
    rest: np.ndarray

    @classmethod
    def of(cls, targets: np.ndarray, multi_label: bool) -> Columns:
        """From targets [examples, classes]; ValueError if there is nothing to tell apart."""
        has = targets > 0.5
        always, never = has.all(axis=0), ~has.any(axis=0)
        learned = np.flatnonzero(~never & ~always)
        if len(learned) < (1 if multi_label else 2):
            raise ValueError("they are all of one label")
        rest = np.where(always, CERTAIN, -CERTAIN).astype(np.float32)
        rest[learned] = 0
        return cls(multi_label, learned, rest)

    def targets(self, targets: np.ndarray) -> np.ndarray:
        """As scikit-learn wants them: numbers 0 to k - 1 [examples], or 0 and 1 [examples, k]."""
        wanted: np.ndarray = (targets[:, self.learned] > 0.5).astype(np.int64)
        return wanted if self.multi_label else wanted.argmax(axis=1)

    @property
    def placement(self) -> np.ndarray:
        """float32 [k, classes]: 1 where a learned label has its place."""
        placed: np.ndarray = (self.learned[:, None] == np.arange(len(self.rest))).astype(np.float32)
        return placed
