"""What a model answered for one part: the input of every evaluator."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Outcome:
    """Predictions for the clips of one part.

    ``truth`` bool [clips, labels] says which labels a clip has: one, unless ``multi_label``. ``probabilities`` float32
    [clips, labels] add up to 1 over the labels, unless ``multi_label``; a clip of several windows has the mean of
    theirs. ``loss`` is the mean loss over windows. ``rows`` int64 [clips] are the clips' rows in the data set's table;
    a clip is the stretch of ``paths[i]`` that begins at ``starts_s[i]`` seconds and takes ``durations_s[i]`` (None: to
    the end of the file).

    ``logits`` float32 [examples, labels] are the network's answers for the windows, and ``example_rows`` int64
    [examples] their clips' rows. Neither is there in an outcome that was made from others' probabilities.

    ``thresholds`` float32 [labels] are the probabilities from which on a label counts as given, if ``multi_label``;
    None: 0.5 for each. Where several models answered, each its own clips, they are [clips, labels].
    """

    part: str
    labels: list[str]
    paths: list[str]
    rows: np.ndarray
    groups: list[str | None]
    truth: np.ndarray
    probabilities: np.ndarray
    loss: float
    multi_label: bool = False
    logits: np.ndarray | None = None
    example_rows: np.ndarray | None = None
    thresholds: np.ndarray | None = None
    starts_s: list[float] = field(default_factory=list)
    durations_s: list[float | None] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def targets(self) -> np.ndarray:
        """The true label's index, int64 [clips]. Raises ValueError if ``multi_label``: there is not just one."""
        if self.multi_label:
            raise ValueError("clips with several labels have no one target; see Outcome.truth")
        true: np.ndarray = self.truth.argmax(axis=1)
        return true

    @property
    def predicted(self) -> np.ndarray:
        """The most probable label's index, int64 [clips]."""
        best: np.ndarray = self.probabilities.argmax(axis=1)
        return best

    @property
    def given(self) -> np.ndarray:
        """The labels that the model gives, bool [clips, labels].

        If ``multi_label``, those at or above their thresholds, maybe none; else the most probable one.
        """
        import numpy as np

        if self.multi_label:
            above: np.ndarray = self.probabilities >= (0.5 if self.thresholds is None else self.thresholds)
            return above
        best: np.ndarray = np.arange(len(self.labels)) == self.predicted[:, None]
        return best

    def take(self, clips: np.ndarray) -> Self:
        """The outcome of ``clips`` int64 [k], indices into this one's, in that order; one may be there many times.

        The loss of so many clips is not known: NaN.
        """
        return replace(
            self,
            paths=[self.paths[clip] for clip in clips],
            rows=self.rows[clips],
            groups=[self.groups[clip] for clip in clips],
            truth=self.truth[clips],
            probabilities=self.probabilities[clips],
            loss=math.nan,
            thresholds=self._own_thresholds(clips),
            logits=None,
            example_rows=None,
            starts_s=[self.starts_s[clip] for clip in clips] if self.starts_s else [],
            durations_s=[self.durations_s[clip] for clip in clips] if self.durations_s else [],
        )

    def _own_thresholds(self, clips: np.ndarray) -> np.ndarray | None:
        if self.thresholds is None or self.thresholds.ndim == 1:
            return self.thresholds
        own: np.ndarray = self.thresholds[clips]
        return own
