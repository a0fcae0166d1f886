"""Precision against recall for each label as a picture, the worst labels in colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from sklearn.metrics import average_precision_score, precision_recall_curve

from genrekit_builtins._curves_picture import BLUE, GREEN, GREY, ORANGE

if TYPE_CHECKING:
    import genrekit

NAMED = (ORANGE, BLUE, GREEN)
"""The colours of the labels with the lowest average precision; the others are thin and grey."""


def precision_recall(outcome: genrekit.Outcome) -> Figure:
    """A curve for each label that some clip has, and a dot where its threshold lies."""
    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    axes = figure.add_subplot()
    known = np.flatnonzero(outcome.truth.any(axis=0)).tolist()
    scores = {i: float(average_precision_score(outcome.truth[:, i], outcome.probabilities[:, i])) for i in known}
    worst = sorted(scores, key=scores.__getitem__)
    for label in reversed(worst[len(NAMED) :]):
        _curve(axes, outcome, label, color="0.8", linewidth=0.8, zorder=1)
    for label, color in zip(worst, NAMED, strict=False):
        name = f"{_shortened(outcome.labels[label])}: {scores[label]:.2f}"
        _curve(axes, outcome, label, color=color, label=name)
        _dot(axes, outcome, label, color)
    _dress(axes)
    mean = f"{np.mean(list(scores.values())):.2f}" if scores else "undefined"
    axes.set_title(f"{outcome.part}: mean average precision {mean}", loc="left")
    return figure


def _curve(axes: Any, outcome: genrekit.Outcome, which: int, **style: Any) -> None:
    precision, recall, _ = precision_recall_curve(outcome.truth[:, which], outcome.probabilities[:, which])
    axes.step(recall, precision, where="post", **style)


def _dot(axes: Any, outcome: genrekit.Outcome, label: int, color: str) -> None:
    truth, given = outcome.truth[:, label], outcome.given[:, label]
    if given.any():
        hits = (truth & given).sum()
        axes.plot(hits / truth.sum(), hits / given.sum(), "o", color=color, markersize=6)


def _shortened(label: str) -> str:
    return label if len(label) <= 24 else f"{label[:13]}…{label[-10:]}"


def _dress(axes: Any) -> None:
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        title = "lowest average precision, dot: at its threshold"
        axes.legend(frameon=False, title=title, title_fontsize=9, labelcolor=GREY, loc="lower left")
