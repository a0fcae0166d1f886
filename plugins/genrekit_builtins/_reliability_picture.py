"""The reliability diagram as a picture: confidence against the share that is right, and how many answers there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from genrekit.calibration import at_temperature
from genrekit.reliability import Bin, confidence_of, expected_calibration_error, reliability
from genrekit_builtins._curves_picture import BLUE, GREEN, GREY, ORANGE

if TYPE_CHECKING:
    import genrekit


def reliability_diagram(outcome: genrekit.Outcome) -> Figure:
    """Bars that end on the diagonal keep their word; a bar below it is too sure of itself."""
    bins = reliability(*confidence_of(outcome))
    figure = Figure(figsize=(5.4, 5.6), layout="constrained")
    grid = figure.add_gridspec(2, 1, height_ratios=[4, 1])
    shares, counts = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
    _shares(shares, bins)
    _before(shares, outcome)
    _counts(counts, bins, "answers" if outcome.multi_label else "clips")
    shares.legend(frameon=False, loc="upper left")
    error = expected_calibration_error(bins)
    shares.set_title(f"{outcome.part}: expected calibration error {error:.1%}", loc="left")
    counts.set_xlabel("probability of a label" if outcome.multi_label else "probability of the answer")
    for axes in (shares, counts):
        _dress(axes)
    return figure


def _shares(axes: Any, bins: Sequence[Bin]) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=(0, (4, 3)), label="as sure as right")
    for number, full in enumerate([b for b in bins if b.answers]):
        width = full.high - full.low
        label = "share that is right" if number == 0 else None
        axes.bar(full.low, full.right, width, align="edge", color=BLUE, alpha=0.6, edgecolor="white", label=label)
    points = [(b.confidence, b.right) for b in bins if b.answers]
    axes.plot(*zip(*points, strict=True), "o", color=ORANGE, markersize=4, clip_on=False, label="mean probability")
    axes.set_ylim(0, 1)
    axes.set_ylabel("right")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))


def _before(axes: Any, outcome: genrekit.Outcome) -> None:
    """How it was before the temperature, if there is one."""
    before = at_temperature(outcome, 1.0)
    if np.allclose(before.probabilities, outcome.probabilities, atol=1e-5):
        return
    points = [(b.confidence, b.right) for b in reliability(*confidence_of(before)) if b.answers]
    axes.plot(*zip(*points, strict=True), color=GREEN, linewidth=1.4, label="before calibration")


def _counts(axes: Any, bins: Sequence[Bin], things: str) -> None:
    for b in bins:
        axes.bar(b.low, b.answers, b.high - b.low, align="edge", color=GREY, edgecolor="white")
    axes.set_ylabel(things)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))


def _dress(axes: Any) -> None:
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(axis="y", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
