"""Runs told to TensorBoard, MLflow and Weights & Biases, as a recipe's ``[tracking]`` says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import genrekit

if TYPE_CHECKING:
    from genrekit.events import EpochEnded, RunEnded, RunStarted
    from genrekit_tracking.table import Tracking
    from genrekit_tracking.teller import Teller

requires_genrekit_api = ">=1.1,<2"

_tellers: dict[Path, Teller] = {}
"""Run folder -> who tells of the run that goes on there: events of one run come apart."""


@genrekit.hookimpl
def register_tables(register: Callable[[type[Tracking]], Any]) -> None:
    from genrekit_tracking.table import Tracking

    register(Tracking)


@genrekit.hookimpl
def run_started(event: RunStarted) -> None:
    from genrekit_tracking.table import Tracking

    tracking = event.recipe.table(Tracking)
    if tracking is not None:
        from genrekit_tracking.teller import Teller

        teller = _tellers[event.folder] = Teller(tracking, event.folder, event.recipe, event.warn, event.series)
        teller.started(event.history)


@genrekit.hookimpl
def epoch_ended(event: EpochEnded) -> None:
    teller = _tellers.get(event.folder)
    if teller:
        teller.epoch(event.metrics)


@genrekit.hookimpl
def run_ended(event: RunEnded) -> None:
    teller = _tellers.pop(event.folder, None)
    if teller:
        teller.ended(event.status, event.metrics, event.error, event.pictures)


@genrekit.hookimpl
def register_commands(app: typer.Typer) -> None:
    @app.command()
    def track(
        folder: Annotated[Path, typer.Argument(help="the run folder of a run whose recipe has [tracking]")],
    ) -> None:
        """Tell trackers of a run that is over what they have not been told: a server was away, or [tracking] is new.

        To track a run that was made without [tracking], add that table to the recipe.toml in its run folder first.
        """
        from genrekit_tracking.afterwards import track_folder

        track_folder(folder)
