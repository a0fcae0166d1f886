"""What a model says of a recording, whole or window by window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from genrekit.decoding import End, Piece

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Prediction:
    """The answer for one file. ``probabilities`` maps each label, most probable first; empty when it failed."""

    path: str
    status: Literal["ok", "failed"]
    label: str | None
    probability: float | None
    probabilities: dict[str, float]
    windows: int
    duration_s: float
    reason: str | None = None


@dataclass(frozen=True)
class Window:
    """The answer for one stretch of a file. ``probabilities`` maps each label, most probable first."""

    path: str
    start_s: float
    end_s: float
    label: str
    probability: float
    probabilities: dict[str, float]

    @classmethod
    def of(cls, piece: Piece, row: np.ndarray, labels: Sequence[str]) -> Window:
        """``row``: probabilities [labels]."""
        shares = _ranked(row, labels)
        label = next(iter(shares))
        return cls(piece.path, round(piece.start_s, 3), round(piece.end_s, 3), label, shares[label], shares)


@dataclass
class Tally:
    """The sum over a file's windows so far."""

    total: Any = 0.0
    windows: int = 0
    end_s: float = 0.0

    def add(self, piece: Piece, row: np.ndarray) -> None:
        self.total, self.windows, self.end_s = self.total + row, self.windows + 1, max(self.end_s, piece.end_s)

    def conclude(self, end: End, labels: Sequence[str]) -> Prediction:
        """The answer for the whole file: the mean over its windows."""
        if end.reason is not None or not self.windows:
            return Prediction(end.path, "failed", None, None, {}, 0, 0.0, end.reason or "holds no audio")
        mean = self.total / self.windows
        if not all(map(math.isfinite, mean)):
            return Prediction(end.path, "failed", None, None, {}, 0, 0.0, "the model's answer is not a finite number")
        shares = _ranked(mean, labels)
        best = next(iter(shares))
        return Prediction(end.path, "ok", best, shares[best], shares, self.windows, round(self.end_s, 3))


def _ranked(row: np.ndarray, labels: Sequence[str]) -> dict[str, float]:
    order = sorted(range(len(row)), key=lambda index: -row[index])
    return {labels[index]: float(row[index]) for index in order}
