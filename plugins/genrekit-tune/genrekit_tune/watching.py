"""A trial's ears: hears of every epoch of its run, tells Optuna, and ends what has no prospects."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import genrekit
from genrekit.errors import did_you_mean
from genrekit.history import UNVALIDATED, validated

if TYPE_CHECKING:
    import optuna

    from genrekit.events import EpochEnded, RunStarted

FOLDER, PRUNED = "folder", "pruned"
"""What is noted of a trial: where its run is, and at which epoch it was ended."""


class SearchError(genrekit.GenrekitError):
    """The search itself is wrong, not one trial."""


class Watcher:
    """A listener of one run."""

    def __init__(self, trial: optuna.Trial, metric: str, prunes: bool) -> None:
        self.trial, self.metric, self.prunes = trial, metric, prunes
        self.reported = set(trial.study.get_trials(deepcopy=False)[trial.number].intermediate_values)

    @genrekit.hookimpl
    def run_started(self, event: RunStarted) -> None:
        self.trial.set_user_attr(FOLDER, str(event.folder))

    @genrekit.hookimpl
    def epoch_ended(self, event: EpochEnded) -> None:
        if not validated([dict(event.metrics)]):
            return
        value = figure(event.metrics, self.metric)
        # An epoch may be told of again when a run goes on.
        if event.epoch not in self.reported and math.isfinite(value):
            self.trial.report(value, event.epoch)
        if self.prunes and event.epoch < event.recipe.train.epochs and self.trial.should_prune():
            self.trial.set_user_attr(PRUNED, event.epoch)
            event.stop = "others did better at this epoch"


def figure(line: Mapping[str, float], metric: str) -> float:
    """A figure of an epoch's line. Raises `SearchError` if no evaluator gives it."""
    if metric not in line:
        names = sorted(set(line) - UNVALIDATED)
        close = did_you_mean(metric, names)
        what = f"no evaluator gives the figure '{metric}'{close or '; there are ' + ', '.join(names)}"
        raise SearchError(what, hint=f'[tune] metric = "{names[0]}"' if names else "give the recipe a validation part")
    return line[metric]
