"""The learning curves as charts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from genrekit.history import LESS_IS_BETTER, EpochLine
from genrekit.report.charts import Chart, Point, Series, line_chart
from genrekit.report.page import title
from genrekit.report.summary import is_figure

SCORES = ("macro_f1", "accuracy", "mean_average_precision")


def learning_charts(history: Sequence[EpochLine], keep: str, best_epoch: int | None) -> list[Chart]:
    """Loss, the figure that chose the epoch (with accuracy beside it), learning rate; without what is not known."""
    mark = (float(best_epoch), f"kept: epoch {best_epoch}") if best_epoch else None
    losses = [_series(history, "train_loss", "training", "soft"), _series(history, "loss", "validation", "a")]
    scores = [_series(history, name, title(name), color) for name, color in zip(_scores(history, keep), "bc")]  # noqa: B905
    rates = [_series(history, "lr", "learning rate", "soft")]
    charts = [
        line_chart("Loss", losses, x_label="epoch", mark=mark),
        line_chart("Validation figures", scores, x_label="epoch", y_range=_range(scores), mark=mark),
        line_chart("Learning rate", rates, x_label="epoch", log=True, mark=mark),
    ]
    return [chart for chart in charts if chart]


def _series(history: Sequence[EpochLine], key: str, name: str, color: str) -> Series:
    return Series(name, [(line["epoch"], line.get(key, math.nan)) for line in history], color)


def _scores(history: Sequence[EpochLine], keep: str) -> list[str]:
    """The chosen figure first, then the usual ones; two at most."""
    known = {name for line in history for name in line}
    wanted = dict.fromkeys(name for name in (keep, *SCORES) if name in known and name not in LESS_IS_BETTER)
    return list(wanted)[:2]


def _range(scores: Sequence[Series]) -> Point | None:
    """Shares are drawn from 0 to 1, whatever they reach."""
    values = [y for one in scores for _, y in one.points if is_figure(y)]
    return (0.0, 1.0) if values and min(values) >= 0 and max(values) <= 1 else None
