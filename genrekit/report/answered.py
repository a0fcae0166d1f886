"""What the pages of a run and of a series of runs tell of answers alike: what was mistaken for what, and how surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from genrekit.recipe import Recipe
from genrekit.report.confidence import confidence
from genrekit.report.confusion import confusion
from genrekit.report.each_class import class_table
from genrekit.report.leakage import meter
from genrekit.report.listening import EXCERPT_S
from genrekit.report.mistakes import mistakes

if TYPE_CHECKING:
    from genrekit.outcome import Outcome

SHARES = frozenset({"precision", "recall", "f1", "average_precision", "roc_auc"})
"""Figures of a class that a bar can show."""


def about_answers(recipe: Recipe, metrics: Mapping[str, Any], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The facts of the templates in ``sections``. The last outcome is the part that is reported."""
    reported = outcomes[-1]
    shown, wrong = mistakes(reported, recipe.features, recipe.cutting())
    return {
        "reported": reported.part,
        "multi_label": reported.multi_label,
        "confusions": [confusion(outcome) for outcome in reversed(outcomes) if not outcome.multi_label],
        "mistakes": shown,
        "wrong": wrong,
        "excerpt_s": EXCERPT_S,
        "classes": class_table(metrics, reported.part),
        "bars": SHARES,
        "confidence": confidence(metrics[reported.part]),
        "leakage": meter(metrics.get("leakage")),
    }
