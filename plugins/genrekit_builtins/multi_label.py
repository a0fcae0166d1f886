"""The ``multi-label`` evaluator: scikit-learn's figures, and pictures, for any number of labels a clip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import genrekit

if TYPE_CHECKING:
    import numpy as np


class MultiLabel(genrekit.Evaluator):
    """Mean average precision, ROC AUC, F1 at the labels' thresholds, ranking and calibration figures, each label's own.

    Figures are scikit-learn's over clips, a clip's windows averaged.

    - ``mean_average_precision`` and ``roc_auc`` are means over the labels that define them (some clip has the label,
      and for the second some clip has not); ``undefined`` names the others. They need no threshold.
    - ``micro_f1``, ``macro_f1`` and ``exact_match`` (all labels of a clip right) are at the labels' thresholds: 0.5
      while training, and in the end those that were chosen on the validation part. The macro mean runs over the labels
      that a clip of the part has or is given.
    - ``ranking_precision`` is the label ranking average precision: of the labels ranked at or above a true one, the
      share that is true, averaged over a clip's true labels, then over the clips that have any.
    - ``log_loss`` and ``brier`` are means over clips and labels; ``expected_calibration_error`` pools all labels.
    - ``loss`` is the mean loss over windows, before any temperature.
    """

    tasks: ClassVar[frozenset[Any]] = frozenset({"multi-label"})

    use: Literal["multi-label"] = "multi-label"

    def metrics(self, outcome: genrekit.Outcome) -> dict[str, Any]:
        from genrekit_builtins._multi_label_figures import figures

        return figures(outcome)

    def resample(self, outcome: genrekit.Outcome, counts: np.ndarray) -> dict[str, np.ndarray]:
        from genrekit_builtins._multi_label_figures import resampled

        return resampled(outcome, counts)

    def pictures(self, outcome: genrekit.Outcome, history: list[dict[str, float]], folder: Path) -> list[Path]:
        from genrekit_builtins import _pictures as draw

        drawn = draw.ranking_pictures(outcome, folder)
        drawn += draw.save(draw.reliability_diagram(outcome), folder / "reliability")
        return drawn + (draw.save(draw.learning_curves(history), folder / "learning_curves") if history else [])


@genrekit.hookimpl
def register_evaluators(register: Any) -> None:
    register(MultiLabel)
