"""Figures and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from genrekit.component.base import Component

if TYPE_CHECKING:
    import numpy as np

    from genrekit.outcome import Outcome


Task = Literal["single-label", "multi-label"]
"""Whether each clip has just one label, or any number of them."""


class Evaluator(Component):
    """Figures and pictures from predictions."""

    kind: ClassVar[str] = "evaluator"
    tasks: ClassVar[frozenset[Task]] = frozenset({"single-label"})
    """What its figures are made for: clips with one label, with any number of labels ("multi-label"), or both."""
    less_is_better: ClassVar[frozenset[str]] = frozenset()
    """Those of its figures of which a lower one is better, so that the best epoch is. Losses are known."""

    def metrics(self, outcome: Outcome) -> dict[str, Any]:
        """JSON-ready figures of one part. Plain numbers also appear in every epoch's line of the history.

        A figure that a part does not define (no clip of some class) is None, not NaN.
        """
        raise NotImplementedError

    def resample(self, outcome: Outcome, counts: np.ndarray) -> dict[str, np.ndarray]:
        """Figures of other draws of the clips, for their intervals: float [resamples] each, NaN where undefined.

        ``counts`` int64 [resamples, clips] says how often each clip is in each draw. Only figures that are here get
        intervals. Unless overridden, `metrics` is asked once for each draw, and its plain numbers are taken.
        """
        from genrekit.intervals import by_metrics

        return by_metrics(self, outcome, counts)

    def pictures(self, outcome: Outcome, history: list[dict[str, float]], folder: Path) -> list[Path]:
        """Files drawn into ``folder`` once, at the end of the run, for the part that is reported."""
        return []
