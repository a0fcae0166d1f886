"""The ``classification`` evaluator: scikit-learn's figures, and pictures, for one label a clip or several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import genrekit

if TYPE_CHECKING:
    import numpy as np


class Classification(genrekit.Evaluator):
    """Accuracy, F1, ranking and calibration figures, per-class figures, confusion matrix and learning curves.

    Figures are scikit-learn's over clips, a clip's windows averaged; what would divide by zero is 0.

    - ``macro_f1`` and ``weighted_f1`` are `f1_score` as it comes; ``predictions.csv`` gives them to anyone who asks
      scikit-learn. The macro mean runs over the classes that occur in the part as a true label or as a prediction: a
      class that does neither says nothing about the model; one that is only predicted is false alarms, and counts as 0.
    - ``balanced_accuracy`` is the mean recall of the classes that have clips in the part.
    - ``roc_auc`` (one class against the rest) and ``mean_average_precision`` are means over the classes that define
      them; ``undefined`` names the others. With no such class they are null.
    - ``log_loss``, ``brier`` and ``expected_calibration_error`` are of clips' probabilities; less is better.
    - ``loss`` is the mean loss over windows, before any temperature.
    - ``per_class`` and ``confusion`` (rows: true, columns: predicted) hold every label, in the data set's order;
      ``risk_coverage`` tells the accuracy when only the surest answers are given.

    Where clips have several labels, it is the evaluator ``multi-label`` with its defaults.
    """

    default: ClassVar[bool] = True
    tasks: ClassVar[frozenset[Any]] = frozenset({"single-label", "multi-label"})

    use: Literal["classification"] = "classification"
    top: tuple[int, ...] = genrekit.Field(
        (3,), description="k of the top-k accuracies: the true class is among the k most probable ones"
    )

    def metrics(self, outcome: genrekit.Outcome) -> dict[str, Any]:
        if outcome.multi_label:
            return _several().metrics(outcome)
        from genrekit_builtins._classification_figures import figures

        return figures(outcome, self._sizes(outcome))

    def resample(self, outcome: genrekit.Outcome, counts: np.ndarray) -> dict[str, np.ndarray]:
        if outcome.multi_label:
            return _several().resample(outcome, counts)
        from genrekit_builtins._classification_resampled import resampled

        return resampled(outcome, counts, self._sizes(outcome))

    def pictures(self, outcome: genrekit.Outcome, history: list[dict[str, float]], folder: Path) -> list[Path]:
        if outcome.multi_label:
            return _several().pictures(outcome, history, folder)
        from genrekit_builtins import _pictures as draw

        drawn = draw.save(draw.confusion_matrix(outcome), folder / "confusion_matrix")
        drawn += draw.ranking_pictures(outcome, folder)
        drawn += draw.save(draw.reliability_diagram(outcome), folder / "reliability")
        return drawn + (draw.save(draw.learning_curves(history), folder / "learning_curves") if history else [])

    def _sizes(self, outcome: genrekit.Outcome) -> list[int]:
        """The k that say something: among all classes, the true one always is."""
        return [k for k in self.top if 1 < k < len(outcome.labels)]


def _several() -> genrekit.Evaluator:
    from genrekit_builtins.multi_label import MultiLabel

    return MultiLabel()


@genrekit.hookimpl
def register_evaluators(register: Any) -> None:
    register(Classification)
