"""Whether probabilities keep their word: of answers that are 70 % sure, 70 % should be right.

Equal bins of confidence and the expected calibration error over them are those of Guo, Pleiss, Sun & Weinberger, "On
calibration of modern neural networks" (ICML 2017), with their 15 bins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from genrekit.outcome import Outcome

BINS = 15


@dataclass(frozen=True)
class Bin:
    """Answers of a confidence above ``low`` and up to ``high``; ``confidence`` and ``right`` are their means.

    Both are None where there are no ``answers``.
    """

    low: float
    high: float
    answers: int
    confidence: float | None
    right: float | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> list[Bin]:
    """The reliability diagram of answers with ``confidence`` float [answers] in 0..1 that are ``right`` bool."""
    import numpy as np

    edges = np.linspace(0, 1, bins + 1)
    where = np.searchsorted(edges[1:-1], confidence, side="left")
    counts = np.bincount(where, minlength=bins)
    sums = [np.bincount(where, weights=values, minlength=bins) for values in (confidence, right)]
    return [
        Bin(
            round(float(edges[i]), 6),
            round(float(edges[i + 1]), 6),
            int(counts[i]),
            *(float(total[i] / counts[i]) if counts[i] else None for total in sums),
        )
        for i in range(bins)
    ]


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """The mean gap between confidence and share of right answers, over answers: 0 to 1."""
    gaps = [abs(b.confidence - b.right) * b.answers for b in bins if b.confidence is not None and b.right is not None]
    return sum(gaps) / max(1, sum(b.answers for b in bins))


def confidence_of(outcome: Outcome) -> tuple[np.ndarray, np.ndarray]:
    """Each answer's confidence float [answers], and whether it is right, bool [answers].

    An answer is a clip's most probable label. If ``multi_label``, it is "this clip has this label", for every clip and
    label, so that a probability of 0.1 is right when one such clip in ten has the label.
    """
    if outcome.multi_label:
        return outcome.probabilities.ravel(), outcome.truth.ravel()
    return outcome.probabilities.max(axis=1), outcome.predicted == outcome.targets
