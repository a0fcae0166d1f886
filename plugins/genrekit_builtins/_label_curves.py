"""A curve for each label, those of the worst labels in colour: what ROC and precision-recall pictures share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from genrekit_builtins._curves_picture import BLUE, GREEN, GREY, ORANGE

if TYPE_CHECKING:
    import genrekit

NAMED = (ORANGE, BLUE, GREEN)
"""The colours of the labels with the lowest scores; the others are thin and grey."""

Points = tuple[np.ndarray, np.ndarray]
Curve = Callable[[np.ndarray, np.ndarray], Points]
"""(truth bool [clips], probabilities [clips]) -> x and y of the curve."""
Dot = Callable[[np.ndarray, np.ndarray], tuple[float, float]]
"""(truth bool [clips], given bool [clips]) -> x and y of where the answers lie."""


def label_curves(
    outcome: genrekit.Outcome, scores: dict[int, float], curve: Curve, dot: Dot, steps: str = "default"
) -> Figure:
    """The curves of the labels in ``scores`` (label index -> score), and dots where the worst ones' answers lie."""
    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    axes = figure.add_subplot()
    worst = sorted(scores, key=scores.__getitem__)
    styles: list[dict[str, Any]] = [{"color": color, "linewidth": 1.8} for color in NAMED]
    styles += [{"color": "0.8", "linewidth": 0.8, "zorder": 1}] * len(worst)
    for place, label in reversed(list(enumerate(worst))):
        name = f"{_shortened(outcome.labels[label])}: {scores[label]:.2f}" if place < len(NAMED) else None
        points = curve(outcome.truth[:, label], outcome.probabilities[:, label])
        axes.plot(*points, drawstyle=steps, label=name, **styles[place])
    for label, color in zip(worst, NAMED, strict=False):
        if outcome.given[:, label].any():
            axes.plot(*dot(outcome.truth[:, label], outcome.given[:, label]), "o", color=color, markersize=6)
    return figure


def dress(figure: Figure, names: Sequence[str], legend: str, place: str) -> None:
    """Axes in percent, called ``names`` (x, y), and a legend titled so, at ``place``."""
    axes = figure.axes[0]
    axes.set(xlim=(-0.02, 1.02), ylim=(0, 1.02), xlabel=names[0], ylabel=names[1])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        # Drawn last, so that they lie above: the worst label's line is the last one.
        options = {"title": legend, "title_fontsize": 9, "labelcolor": GREY, "frameon": False}
        axes.legend(handles[::-1], labels[::-1], loc=place, **options)


def _shortened(label: str) -> str:
    return label if len(label) <= 24 else f"{label[:13]}…{label[-10:]}"
