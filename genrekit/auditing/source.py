"""What to audit: a recipe's clips, with the parts of its split, or a folder with a folder for each class."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from genrekit.clips import Clips
from genrekit.component import Dataset, Executor
from genrekit.errors import DataError, one_line
from genrekit.plugins import installed
from genrekit.recipe import Recipe, load

FOLDERS = "folder"
"""The data set that reads a folder given instead of a recipe."""


@dataclass(frozen=True)
class Source:
    """Clips to audit; ``refused`` says why they could not be split."""

    name: str
    clips: Clips
    executor: Executor
    window_s: float | None = None
    heard_hz: float = math.inf
    refused: str | None = None


def open_source(path: str | Path, overrides: Iterable[str] = ()) -> Source:
    """Raises `GenrekitError` where there is nothing to audit."""
    return _folder(Path(path)) if Path(path).is_dir() else _recipe(load(path, overrides), str(path))


def _folder(root: Path) -> Source:
    registry = installed().registry
    dataset = registry.find(Dataset.kind, FOLDERS).component.model_validate({"root": str(root.resolve())})
    executor = registry.default(Executor.kind)
    if executor is None:
        raise DataError("no executor plugin is the default", hint="name one in a recipe, and audit the recipe")
    return Source(str(root), _found(cast("Dataset", dataset)), cast("Executor", executor.model_validate({})))


def _recipe(recipe: Recipe, name: str) -> Source:
    features = recipe.features
    window_s = features.window_samples() / features.sample_rate
    clips, refused = _found(recipe.dataset), None
    seed = recipe.seed if recipe.split_seed is None else recipe.split_seed
    try:
        clips = recipe.split.split(clips, seed)
    except DataError as error:
        # An audit is what helps to find out why.
        refused = one_line(error).removeprefix("DataError: ")
    return Source(name, clips, recipe.executor, window_s, features.highest_hz(), refused)


def _found(dataset: Dataset) -> Clips:
    clips = dataset.clips()
    if not len(clips):
        raise DataError(f"[dataset] {dataset.use} found no clips")
    return clips
