"""When a model had better not answer: below a probability, chosen by hand or for a wanted share of right answers.

Selective classification after Geifman & El-Yaniv, "Selective classification for deep neural networks" (NeurIPS 2017):
the surest answers are given first, and what is looked at is their accuracy against their share of all clips (coverage).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genrekit.outcome import Outcome


def threshold_for(outcome: Outcome, accuracy: float) -> float | None:
    """The lowest probability from which on answers are right with ``accuracy``; None if no such answers exist.

    0 when all clips may be answered. Answers of one probability are given or withheld together.
    """
    import numpy as np

    order = np.argsort(-outcome.probabilities.max(axis=1), kind="stable")
    sure = outcome.probabilities.max(axis=1).astype(np.float64)[order]
    right = np.cumsum((outcome.predicted == outcome.targets)[order]) / np.arange(1, len(order) + 1)
    last_of_equals = np.append(sure[:-1] != sure[1:], True)
    enough = np.flatnonzero(last_of_equals & (right >= accuracy))
    if not len(enough):
        return None
    last = int(enough[-1])
    # Halfway to the next clip, so that rounding decides about none of them.
    return 0.0 if last == len(sure) - 1 else float(sure[last] + sure[last + 1]) / 2


def answered(outcome: Outcome, threshold: float) -> dict[str, Any]:
    """How abstaining below ``threshold`` comes out: the share of clips answered, and of those the share right."""
    sure = outcome.probabilities.max(axis=1) >= threshold
    right = (outcome.predicted == outcome.targets)[sure]
    return {
        "abstain_below": threshold,
        "coverage": float(sure.mean()),
        "answered": int(sure.sum()),
        "accuracy": float(right.mean()) if len(right) else None,
    }
