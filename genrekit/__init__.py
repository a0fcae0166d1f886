"""genrekit: plugin-based audio classification. Importing it imports no torch."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import Field

    from genrekit.auditing import Audit
    from genrekit.clips import Clip, Clips, audio_files
    from genrekit.component import (
        Augmenter,
        Component,
        Dataset,
        Evaluator,
        Executor,
        FeatureExtractor,
        FeatureShape,
        FittedModel,
        Loss,
        Mixer,
        Model,
        Optimizer,
        Scheduler,
        Splitter,
    )
    from genrekit.errors import AudioError, DataError, GenrekitError, TrainingError
    from genrekit.hookspecs import hookimpl
    from genrekit.outcome import Outcome
    from genrekit.paths import RecipePath
    from genrekit.pipeline import RunResult
    from genrekit.predict import Predictor
    from genrekit.recipe_table import Misfit, RecipeTable
else:
    # The command line's first words take less time than all that plugins are written with.
    _MODULES = {"clips", "component", "errors", "hookspecs", "options", "outcome", "paths", "recipe_table"}
    _HOMES = {
        "AudioError": "genrekit.errors",
        "Clip": "genrekit.clips",
        "Clips": "genrekit.clips",
        "DataError": "genrekit.errors",
        "Field": "pydantic",
        "GenrekitError": "genrekit.errors",
        "Misfit": "genrekit.recipe_table",
        "Outcome": "genrekit.outcome",
        "RecipePath": "genrekit.paths",
        "RecipeTable": "genrekit.recipe_table",
        "TrainingError": "genrekit.errors",
        "audio_files": "genrekit.clips",
        "hookimpl": "genrekit.hookspecs",
    }
    """Name -> its module, where that is not `genrekit.component`."""

    def __getattr__(name):
        if name in _MODULES:
            return importlib.import_module(f"genrekit.{name}")
        if name not in __all__:
            raise AttributeError(f"module 'genrekit' has no attribute '{name}'")
        home = importlib.import_module(_HOMES.get(name, "genrekit.component"))
        globals()[name] = found = getattr(home, name)
        return found

    def __dir__():
        return sorted({*globals(), *__all__})


__version__ = "0.1.0"

__all__ = [
    "AudioError",
    "Augmenter",
    "Clip",
    "Clips",
    "Component",
    "DataError",
    "Dataset",
    "Evaluator",
    "Executor",
    "FeatureExtractor",
    "FeatureShape",
    "Field",
    "FittedModel",
    "GenrekitError",
    "Loss",
    "Misfit",
    "Mixer",
    "Model",
    "Optimizer",
    "Outcome",
    "RecipePath",
    "RecipeTable",
    "Scheduler",
    "Splitter",
    "TrainingError",
    "audio_files",
    "audit",
    "hookimpl",
    "load",
    "run",
]


def run(recipe: str | Path, **options: Any) -> RunResult:
    """Train what a recipe says; the Python twin of ``genrekit run``. Options: see `genrekit.running.run_recipe`."""
    from genrekit.running import run_recipe

    return run_recipe(recipe, **options)


def audit(source: str | Path, **options: Any) -> Audit:
    """What is wrong with a recipe's clips, or a folder's; the twin of ``genrekit data audit``.

    Options: see `genrekit.auditing.audit`.
    """
    from genrekit.auditing import audit as audit_source

    return audit_source(source, **options)


def load(model: str | Path = "runs/latest", threshold: float | None = None) -> Predictor:
    """A predictor from a run folder or bundle: ``genrekit.load("runs/latest").predict("song.wav")``.

    ``threshold``, 0 to 1, is the probability below which no label is given; None: as the model was told in training.
    """
    from genrekit.predict import Predictor

    return Predictor.load(model, threshold)
