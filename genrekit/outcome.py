"""What a model answered for one part: the input of every evaluator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Outcome:
    """Predictions for the clips of one part.

    ``targets`` int64 [clips] indexes ``labels``; ``probabilities`` float32 [clips, labels]; a clip of several windows
    has the mean of theirs. ``rows`` int64 [clips] are the clips' rows in the data set's table. ``loss`` is the mean
    cross-entropy over windows.
    """

    part: str
    labels: list[str]
    paths: list[str]
    rows: np.ndarray
    groups: list[str | None]
    targets: np.ndarray
    probabilities: np.ndarray
    loss: float

    @property
    def predicted(self) -> np.ndarray:
        """The most probable label's index, int64 [clips]."""
        best: np.ndarray = self.probabilities.argmax(axis=1)
        return best
