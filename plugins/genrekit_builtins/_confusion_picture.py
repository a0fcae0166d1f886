"""The confusion matrix as a picture, readable with two classes and with fifty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.metrics import confusion_matrix as count

if TYPE_CHECKING:
    import genrekit

LONGEST_LABEL = 24
CROWD = 80
"""With more classes than this, cells and letters shrink."""


def confusion_matrix(outcome: genrekit.Outcome) -> Figure:
    """Rows are true labels, columns predictions; colour is the share of a row, numbers are clips."""
    classes = len(outcome.labels)
    counts = count(outcome.targets, outcome.predicted, labels=range(classes))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    cell, size = _cell_inches(classes), _font_points(classes)
    side = cell * classes
    figure = Figure(figsize=(side + 2.6, side + 2.2), layout="constrained")
    axes = figure.add_subplot()
    display = ConfusionMatrixDisplay(shares, display_labels=[_shortened(label) for label in outcome.labels])
    text = {"fontsize": size, "va": "center_baseline"}
    display.plot(ax=axes, cmap="Blues", colorbar=False, im_kw={"vmin": 0, "vmax": 1}, text_kw=text)
    _write_counts(display, counts)
    _dress(axes, size, side, steep=classes > 20)
    axes.set_title(_title(outcome), loc="left", fontsize=11 + side / 3)
    bar = figure.colorbar(display.im_, ax=axes, shrink=0.6, aspect=30, format="{x:.0%}")
    bar.set_label("share of the true class's clips", fontsize=9 + side / 6)
    bar.ax.tick_params(labelsize=8 + side / 6)
    bar.outline.set_visible(False)
    return figure


def _cell_inches(classes: int) -> float:
    """Half an inch for ten classes, a third for fifty; the whole is at least 3 inches and at most 28."""
    return min(max(3 / classes, 0.33, 0.55 - 0.005 * classes), 28 / classes)


def _shortened(label: str) -> str:
    """Long labels lose their middle, for it is often the end that tells two apart."""
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 11]}…{label[-10:]}"


def _font_points(classes: int) -> float:
    return 9.0 if classes <= CROWD else max(3.0, 9.0 * CROWD / classes)


def _write_counts(display: ConfusionMatrixDisplay, counts: np.ndarray) -> None:
    for text, clips in zip(display.text_.flat, counts.flat, strict=True):
        text.set_text(str(clips) if clips else "")


def _dress(axes: Any, size: float, side: float, *, steep: bool) -> None:
    axes.set_xlabel("predicted", fontsize=10 + side / 6)
    axes.set_ylabel("true", fontsize=10 + side / 6)
    axes.tick_params(length=0, labelsize=size)
    for label in axes.get_xticklabels():
        label.set(rotation=90 if steep else 45, ha="right", va="center" if steep else "top", rotation_mode="anchor")
    for edge in axes.spines.values():
        edge.set_visible(False)
    ends = np.arange(len(axes.get_xticks()) + 1) - 0.5
    axes.set_xticks(ends, minor=True)
    axes.set_yticks(ends, minor=True)
    axes.grid(which="minor", color="0.9", linewidth=0.6)
    axes.tick_params(which="minor", length=0)


def _title(outcome: genrekit.Outcome) -> str:
    clips, right = len(outcome.targets), int((outcome.predicted == outcome.targets).sum())
    return f"{outcome.part}: {right} of {clips} clips right ({right / max(clips, 1):.1%})"
