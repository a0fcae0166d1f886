"""Learning curves as a picture: losses, figures, learning rate, and the epoch that was kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter, PercentFormatter

History = Sequence[dict[str, float]]

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"
"""Okabe & Ito's colours, told apart by colour-blind people too."""
MULTI_LABEL = ("mean_average_precision", "mean average precision")
"""The figure, and its title, that stands in for accuracy where clips have several labels."""


def learning_curves(history: History) -> Figure:
    """Two panels over one strip with the learning rate; works from the first epoch on."""
    figure = Figure(figsize=(10, 5.2), layout="constrained")
    grid = figure.add_gridspec(2, 2, height_ratios=[4, 1])
    losses, scores = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[0, 1])
    rate = figure.add_subplot(grid[1, :])
    _line(losses, history, "train_loss", "training", GREY)
    _line(losses, history, "loss", "validation", BLUE)
    losses.set_ylim(0, 1.08 * _highest(history, "train_loss", "loss"))
    losses.set_title("loss", loc="left")
    _line(scores, history, "macro_f1", "macro F1", ORANGE)
    key, title = ("accuracy",) * 2 if any("accuracy" in line for line in history) else MULTI_LABEL
    _line(scores, history, key, title, GREEN)
    scores.set_ylim(0, 1)
    scores.yaxis.set_major_formatter(PercentFormatter(1.0))
    scores.set_title("validation clips", loc="left")
    _rate(rate, history)
    for axes in (losses, scores, rate):
        _dress(axes, history)
    return figure


def _highest(history: History, *keys: str) -> float:
    values = (line[key] for line in history for key in keys if key in line)
    return max((value for value in values if math.isfinite(value)), default=0.0) or 1.0


def _line(axes: Any, history: History, key: str, label: str | None, color: str, **style: Any) -> None:
    """One figure over the epochs that have it."""
    points = [(line["epoch"], line[key]) for line in history if key in line]
    if not points:
        return
    epochs, values = zip(*points, strict=True)
    marker = "o" if len(points) <= 20 else None
    axes.plot(epochs, values, color=color, linewidth=1.8, marker=marker, markersize=4, label=label, **style)


def _rate(axes: Any, history: History) -> None:
    """The learning rate, halvings as equal steps; its largest and smallest value are written out."""
    _line(axes, history, "lr", None, GREY, drawstyle="steps-mid")
    axes.set_title("learning rate", loc="left")
    axes.set_xlabel("epoch")
    rates = sorted(line["lr"] for line in history if "lr" in line)
    if not rates:
        return
    if 0 < rates[0] < rates[-1]:
        axes.set_yscale("log")
    axes.set_yticks([], minor=True)
    axes.set_yticks(sorted({rates[0], rates[-1]}))
    axes.yaxis.set_major_formatter("{x:.3g}")
    axes.yaxis.set_minor_formatter(NullFormatter())


def _dress(axes: Any, history: History) -> None:
    first, last = history[0]["epoch"], history[-1]["epoch"]
    room = max(0.5, 0.02 * (last - first))
    axes.set_xlim(first - room, last + room)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(axis="y", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    best = history[-1].get("best_epoch")
    if best is not None:
        axes.axvline(best, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0, label=f"kept: epoch {best:g}")
    if axes.get_legend_handles_labels()[0] and axes.get_xlabel() != "epoch":
        axes.legend(frameon=False)
