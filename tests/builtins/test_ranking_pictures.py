"""Precision-recall and ROC pictures: their curves are scikit-learn's, the worst labels are named, dots are answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from outcomes import outcome
from sklearn import metrics as sk

import genrekit
from genrekit_builtins._precision_recall_picture import precision_recall
from genrekit_builtins._roc_picture import roc

LABELS = [f"sound {index}" for index in range(5)]


@pytest.fixture
def some() -> genrekit.Outcome:
    """Sixty clips of five classes, answered with doubt."""
    rng = np.random.default_rng(1)
    made = outcome(rng.integers(0, 5, 60).tolist(), rng.integers(0, 5, 60).tolist(), LABELS)
    shares = made.probabilities + rng.random((60, 5)).astype(np.float32) + made.truth * 0.5
    return genrekit.Outcome(**{**vars(made), "probabilities": shares / shares.sum(axis=1, keepdims=True)})


def named(figure: Figure) -> dict[str, Any]:
    """Legend's text -> line, in the legend's order."""
    handles, labels = figure.axes[0].get_legend_handles_labels()
    legend: Any = figure.axes[0].get_legend()
    order = [text.get_text() for text in legend.get_texts()]
    return {label: handles[labels.index(label)] for label in order}


@pytest.mark.parametrize(
    ("draw", "score"), [(precision_recall, sk.average_precision_score), (roc, sk.roc_auc_score)], ids=["pr", "roc"]
)
def test_the_worst_labels_are_named_the_worst_first(some: genrekit.Outcome, draw: Any, score: Any) -> None:
    scores = sorted((score(some.truth[:, i], some.probabilities[:, i]), LABELS[i]) for i in range(5))
    assert list(named(draw(some))) == [f"{label}: {value:.2f}" for value, label in scores[:3]]
    mean = np.mean([value for value, _ in scores])
    assert draw(some).axes[0].get_title(loc="left").endswith(f" {mean:.2f}")


def test_curves_are_scikit_learns(some: genrekit.Outcome) -> None:
    for title, line in named(roc(some)).items():
        which = LABELS.index(title.partition(":")[0])
        false, true, _ = sk.roc_curve(some.truth[:, which], some.probabilities[:, which])
        assert np.array_equal(line.get_xdata(), false)
        assert np.array_equal(line.get_ydata(), true)


def test_a_dot_lies_where_the_answers_do(some: genrekit.Outcome) -> None:
    dots = [line for line in roc(some).axes[0].lines if line.get_marker() == "o"]
    which = LABELS.index(next(iter(named(roc(some)))).partition(":")[0])
    hits = (some.predicted == which)[some.targets == which].mean()
    alarms = (some.predicted == which)[some.targets != which].mean()
    assert np.ravel(np.asarray(dots[0].get_xydata())).tolist() == pytest.approx([alarms, hits])


def test_labels_that_every_clip_or_none_has_are_left_out() -> None:
    one = outcome([0, 0, 0], [0, 0, 1], ["all", "none"])
    assert roc(one).axes[0].get_legend() is None
    assert roc(one).axes[0].get_title(loc="left") == "test: mean area under the ROC curve undefined"
    assert list(named(precision_recall(one))) == ["all: 1.00"]
