"""Every hook of genrekit, on one page. This is the plugin contract.

A plugin is a module that implements any of these with ``@genrekit.hookimpl`` and is named by an entry point in the
group ``genrekit``. Each ``register`` takes a component class; its base class must be of the hook's kind.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import typer

    from genrekit.component import Component
    from genrekit.events import EpochEnded, RunEnded, RunStarted
    from genrekit.recipe_table import RecipeTable

hookspec = pluggy.HookspecMarker("genrekit")
hookimpl = pluggy.HookimplMarker("genrekit")

Register = Callable[["type[Component]"], Any]


@hookspec
def register_datasets(register: Register) -> None:
    """Add `Dataset` classes: where clips and their labels come from."""


@hookspec
def register_splitters(register: Register) -> None:
    """Add `Splitter` classes: which clip is for training, validation or test."""


@hookspec
def register_features(register: Register) -> None:
    """Add `FeatureExtractor` classes: from a waveform to what the model sees."""


@hookspec
def register_augmenters(register: Register) -> None:
    """Add `Augmenter` classes: random changes of training clips."""


@hookspec
def register_models(register: Register) -> None:
    """Add `Model` classes: from features to logits."""


@hookspec
def register_losses(register: Register) -> None:
    """Add `Loss` classes: what training lowers, for one label a clip or several."""


@hookspec
def register_optimizers(register: Register) -> None:
    """Add `Optimizer` classes: how weights follow gradients."""


@hookspec
def register_schedulers(register: Register) -> None:
    """Add `Scheduler` classes: how the learning rate changes."""


@hookspec
def register_evaluators(register: Register) -> None:
    """Add `Evaluator` classes: figures and pictures from predictions."""


@hookspec
def register_executors(register: Register) -> None:
    """Add `Executor` classes: where preprocessing runs."""


@hookspec
def register_tables(register: Callable[[type[RecipeTable]], Any]) -> None:
    """Add `RecipeTable` classes: tables of the recipe that are the plugin's own."""


@hookspec(firstresult=True)
def find_bundle(scheme: str, name: str) -> Path | None:
    """Bring the model that users call ``SCHEME:NAME`` to a local folder; None unless the scheme is the plugin's."""


@hookspec
def register_commands(app: typer.Typer) -> None:
    """Add commands to the `genrekit` command line; import heavy libraries inside the command."""


@hookspec
def run_started(event: RunStarted) -> None:
    """A run folder exists and training is about to begin."""


@hookspec
def epoch_ended(event: EpochEnded) -> None:
    """An epoch has been trained and evaluated; setting `event.stop` to a reason ends training."""


@hookspec
def run_ended(event: RunEnded) -> None:
    """A run is over: finished, interrupted or failed."""
