"""What a model says of a recording, whole or window by window."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from genrekit.decoding import End, Piece
from genrekit.heard import least_level

if TYPE_CHECKING:
    import numpy as np

    from genrekit import bundle


@dataclass(frozen=True)
class Rule:
    """Which labels are given for which probabilities: the most probable one, or, if ``several``, all that suffice.

    ``threshold`` is the least probability that a label must have; ``thresholds`` are those of single labels.
    """

    several: bool = False
    threshold: float = 0.0
    thresholds: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, answers: bundle.Answers, threshold: float | None = None) -> Rule:
        """The bundle's; ``threshold``, if there is one, takes the place of all of the bundle's."""
        if answers.multi_label:
            own = {} if threshold is not None else answers.thresholds or {}
            return cls(True, 0.5 if threshold is None else threshold, own)
        return cls(False, (answers.abstain_below or 0.0) if threshold is None else threshold)

    def given(self, shares: Mapping[str, float]) -> tuple[str, ...]:
        """The labels given for ``shares``, which come most probable first."""
        asked = shares if self.several else list(shares)[:1]
        return tuple(label for label in asked if shares[label] >= self.thresholds.get(label, self.threshold))


@dataclass(frozen=True)
class Prediction:
    """The answer for one file. ``probabilities`` maps each label, most probable first; empty when it failed.

    ``labels`` are the labels that are given, most probable first: one, or, if the model was trained on clips with
    several, all that reach their thresholds, maybe none. ``label`` is the first of them. When the model is not sure
    enough it abstains: there is no label then, and ``status`` says so. ``probability`` is the highest of all labels.
    ``windows`` are those whose mean it is: silent ones are not among them, unless all are, nor those that are fainter
    than the model counts.
    """

    path: str
    status: Literal["ok", "abstained", "failed"]
    label: str | None
    probability: float | None
    probabilities: dict[str, float]
    windows: int
    duration_s: float
    reason: str | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Window:
    """The answer for one stretch of a file, as in `Prediction`; without a label where none is given."""

    path: str
    start_s: float
    end_s: float
    label: str | None
    probability: float
    probabilities: dict[str, float]
    labels: tuple[str, ...] = ()

    @classmethod
    def of(cls, piece: Piece, row: np.ndarray, labels: Sequence[str], rule: Rule) -> Window:
        """``row``: probabilities [labels]."""
        shares = _ranked(row, labels)
        given, best = rule.given(shares), next(iter(shares.values()))
        first = given[0] if given else None
        return cls(piece.path, round(piece.start_s, 3), round(piece.end_s, 3), first, best, shares, given)


@dataclass
class Tally:
    """The sums over a file's windows so far, one for each level: only its end tells how loud the loudest is."""

    within_db: float | None = None
    sums: dict[int, Any] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    end_s: float = 0.0

    def add(self, piece: Piece, row: np.ndarray) -> None:
        self.end_s = max(self.end_s, piece.end_s)
        self.sums[piece.level] = self.sums.get(piece.level, 0.0) + row
        self.counts[piece.level] = self.counts.get(piece.level, 0) + 1

    def mean(self) -> tuple[Any, int]:
        """The mean over the windows that count, and how many they are."""
        least = least_level(max(self.counts), self.within_db)
        levels = [level for level in self.counts if level >= least]
        windows = sum(self.counts[level] for level in levels)
        return sum(self.sums[level] for level in levels) / windows, windows

    def conclude(self, end: End, labels: Sequence[str], rule: Rule) -> Prediction:
        """The answer for the whole file: the mean over its windows that count."""
        if end.reason is not None or not self.counts:
            return Prediction(end.path, "failed", None, None, {}, 0, 0.0, end.reason or "holds no audio")
        mean, windows = self.mean()
        if not all(map(math.isfinite, mean)):
            return Prediction(end.path, "failed", None, None, {}, 0, 0.0, "the model's answer is not a finite number")
        shares = _ranked(mean, labels)
        given, best = rule.given(shares), next(iter(shares.values()))
        first, seconds = given[0] if given else None, round(self.end_s, 3)
        status: Literal["ok", "abstained"] = "ok" if given or rule.several else "abstained"
        return Prediction(end.path, status, first, best, shares, windows, seconds, labels=given)


def _ranked(row: np.ndarray, labels: Sequence[str]) -> dict[str, float]:
    order = sorted(range(len(row)), key=lambda index: -row[index])
    return {labels[index]: float(row[index]) for index in order}
