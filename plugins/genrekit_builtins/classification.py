"""The ``classification`` evaluator: scikit-learn's figures for one label a clip, and two pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import genrekit

if TYPE_CHECKING:
    import numpy as np


class Classification(genrekit.Evaluator):
    """Accuracy, F1, per-class figures, confusion matrix and learning curves.

    Figures are scikit-learn's over clips; what would divide by zero is 0.

    - ``macro_f1`` and ``weighted_f1`` are `f1_score` as it comes; ``predictions.csv`` gives them to anyone who asks
      scikit-learn. The macro mean runs over the classes that occur in the part as a true label or as a prediction: a
      class that does neither says nothing about the model; one that is only predicted is false alarms, and counts as 0.
    - ``balanced_accuracy`` is the mean recall of the classes that have clips in the part.
    - ``per_class`` and ``confusion`` (rows: true, columns: predicted) hold every label, in the data set's order.
    - ``loss`` is the mean cross-entropy over windows.
    """

    default: ClassVar[bool] = True

    use: Literal["classification"] = "classification"

    def metrics(self, outcome: genrekit.Outcome) -> dict[str, Any]:
        from sklearn.metrics import confusion_matrix

        true, predicted = outcome.targets, outcome.predicted
        matrix = confusion_matrix(true, predicted, labels=range(len(outcome.labels)))
        return {
            **averages(true, predicted),
            "loss": float(outcome.loss),
            "n_clips": len(true),
            "per_class": per_class(true, predicted, outcome.labels),
            "confusion": matrix.tolist(),
        }

    def pictures(self, outcome: genrekit.Outcome, history: list[dict[str, float]], folder: Path) -> list[Path]:
        from genrekit_builtins._pictures import confusion_matrix, learning_curves, save

        drawn = save(confusion_matrix(outcome), folder / "confusion_matrix")
        return drawn + (save(learning_curves(history), folder / "learning_curves") if history else [])


def averages(true: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Figures over all classes, 0 to 1, from label indices [clips]."""
    import numpy as np
    from sklearn.metrics import accuracy_score, f1_score, recall_score

    # sklearn's balanced_accuracy_score is this, with a warning when a class is only ever predicted.
    recall = recall_score(true, predicted, labels=np.unique(true), average="macro", zero_division=0)
    return {
        "accuracy": float(accuracy_score(true, predicted)),
        "balanced_accuracy": float(recall),
        "macro_f1": float(f1_score(true, predicted, average="macro", zero_division=0)),
        "weighted_f1": float(f1_score(true, predicted, average="weighted", zero_division=0)),
    }


def per_class(true: np.ndarray, predicted: np.ndarray, labels: list[str]) -> dict[str, dict[str, float]]:
    """label -> precision, recall, f1 (0 to 1) and support (clips)."""
    from sklearn.metrics import precision_recall_fscore_support

    scores = precision_recall_fscore_support(true, predicted, labels=range(len(labels)), zero_division=0)
    names = ("precision", "recall", "f1", "support")
    columns = zip(*(column.tolist() for column in scores), strict=True)
    return {label: dict(zip(names, column, strict=True)) for label, column in zip(labels, columns, strict=True)}


@genrekit.hookimpl
def register_evaluators(register: Any) -> None:
    register(Classification)
