"""Pictures of a study: how the best figure grew, each trial's epochs, what the figure depended on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit import atomic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from optuna.trial import FrozenTrial

COLOURS = {"COMPLETE": "#2b6cb0", "PRUNED": "#cbd5e0", "FAIL": "#c53030"}


def draw(
    folder: Path, metric: str, direction: str, trials: Sequence[FrozenTrial], importances: Mapping[str, float]
) -> list[Path]:
    """Write ``history.svg``, ``epochs.svg`` and, where there are any, ``importances.svg``."""
    drawn = [
        _saved(folder / "history.svg", lambda axes: _history(axes, metric, direction, trials)),
        _saved(folder / "epochs.svg", lambda axes: _epochs(axes, metric, trials)),
    ]
    if importances:
        drawn.append(_saved(folder / "importances.svg", lambda axes: _importances(axes, importances)))
    return drawn


def _saved(path: Path, plot: Any) -> Path:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure: Figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    plot(axes)
    with atomic.replacing(path) as temporary:
        # No date, so that the same study gives the same file.
        figure.savefig(temporary, format="svg", metadata={"Date": None})
    return path


def _history(axes: Axes, metric: str, direction: str, trials: Sequence[FrozenTrial]) -> None:
    done = [trial for trial in trials if trial.state.name == "COMPLETE" and trial.value is not None]
    numbers, values = [trial.number for trial in done], [trial.value or 0.0 for trial in done]
    best = list(accumulate(values, max if direction == "maximize" else min))
    axes.scatter(numbers, values, color=COLOURS["COMPLETE"], s=18, label="trial")
    axes.plot(numbers, best, color="black", drawstyle="steps-post", label="best so far")
    axes.set(xlabel="trial", ylabel=f"validation {metric}")
    axes.locator_params(axis="x", integer=True)
    axes.legend(frameon=False)


def _epochs(axes: Axes, metric: str, trials: Sequence[FrozenTrial]) -> None:
    for trial in trials:
        steps = sorted(trial.intermediate_values.items())
        if steps:
            colour = COLOURS.get(trial.state.name, COLOURS["PRUNED"])
            axes.plot(*zip(*steps, strict=True), color=colour, linewidth=1, marker=".", markersize=3)
    for state, words in (("COMPLETE", "complete"), ("PRUNED", "ended early")):
        axes.plot([], [], color=COLOURS[state], label=words)
    axes.set(xlabel="epoch", ylabel=f"validation {metric}")
    axes.locator_params(axis="x", integer=True)
    axes.legend(frameon=False)


def _importances(axes: Axes, importances: Mapping[str, float]) -> None:
    names = list(importances)[::-1]
    axes.barh(names, [importances[name] for name in names], color=COLOURS["COMPLETE"])
    axes.set(xlabel="share of the figure's variance", xlim=(0, 1))
