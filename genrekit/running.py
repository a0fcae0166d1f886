"""What `genrekit run` does, for Python: start a run from a recipe, or go on with one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from genrekit import hardware
from genrekit import recipe as recipes
from genrekit.clips import Clips
from genrekit.console import Narrator
from genrekit.errors import DataError, GenrekitError
from genrekit.pipeline import Run, RunResult
from genrekit.plugins import installed
from genrekit.processes import Processes
from genrekit.recipe import Recipe
from genrekit.run_folder import RunFolder
from genrekit.store import Store, default_root

if TYPE_CHECKING:
    pass


def run_recipe(
    recipe: str | Path,
    *,
    overrides: Iterable[str] = (),
    runs: str | Path = "runs",
    store: str | Path | None = None,
    narrator: Narrator | None = None,
    profile: bool = False,
    store_size: int | None = None,
) -> RunResult:
    """Train what a recipe says. Raises `GenrekitError` for whatever the user can mend.

    ``overrides`` are ``"train.epochs=3"`` strings; ``runs`` is where run folders are made; ``store`` is where features
    are kept (None: ``$GENREKIT_STORE`` or the user's cache); ``profile`` says where the time went, at the end and in
    ``profile.json``; ``store_size`` is how many bytes the store may hold beside what this run needs.
    """
    loaded = recipes.load(recipe, overrides)
    clips = split_clips(loaded)
    loaded = hardware.resolve(loaded)
    processes = Processes.join(on_cpu=loaded.train.device == "cpu")
    folder = processes.agree(RunFolder.create(Path(runs), loaded.name) if processes.first else None)
    run = _run(loaded, clips, cast("RunFolder", folder), Path(runs), store, narrator, processes)
    if processes.first:
        run.describe()
    run.store_size = store_size
    return run.go(profile)


def resume_run(folder: str | Path, *, store: str | Path | None = None, narrator: Narrator | None = None) -> RunResult:
    """Go on with a run that was interrupted, exactly as if it had not been."""
    path = Path(folder).resolve()
    if not (path / "recipe.toml").is_file():
        raise GenrekitError(f"{folder} is not a run folder: it holds no recipe.toml", hint="genrekit run RECIPE")
    loaded = recipes.load(path / "recipe.toml")
    clips = split_clips(loaded)
    loaded = hardware.resolve(loaded)
    processes = Processes.join(on_cpu=loaded.train.device == "cpu")
    return _run(loaded, clips, RunFolder(path), path.parent.parent, store, narrator, processes).go()


def _run(
    recipe: Recipe,
    clips: Clips,
    folder: RunFolder,
    runs: Path,
    store: str | Path | None,
    narrator: Narrator | None,
    processes: Processes,
) -> Run:
    told = narrator if narrator and processes.first else Narrator()
    return Run(
        recipe, clips, folder, runs, Store(Path(store) if store else default_root()), told, installed(), processes
    )


def split_clips(recipe: Recipe) -> Clips:
    """The recipe's clips, each with its part."""
    clips = recipe.dataset.clips()
    if not len(clips):
        raise DataError(f"[dataset] {recipe.dataset.use} found no clips")
    clips.single_labels()
    if len(clips.labels()) < 2:
        raise DataError(f"all {len(clips)} clips have the label '{clips.labels()[0]}': there is nothing to tell apart")
    clips = recipe.split.split(clips, recipe.seed if recipe.split_seed is None else recipe.split_seed)
    counts = clips.counts()
    if not counts["train"] or not counts["validation"]:
        raise DataError(
            f"[split] {recipe.split.use} left {counts['train']} clips to train and {counts['validation']} to validate",
            why="training chooses its best epoch on the validation clips",
        )
    return clips
