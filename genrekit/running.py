"""What `genrekit run` does, for Python: start a run or a series of runs from a recipe, or go on with one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from genrekit import fitted, hardware
from genrekit import recipe as recipes
from genrekit.console import Narrator
from genrekit.errors import GenrekitError
from genrekit.pipeline import RunResult
from genrekit.processes import launched
from genrekit.recipe.load import locating
from genrekit.recipe.model import Recipe
from genrekit.run_folder import METRICS, RunFolder
from genrekit.series import start as series_start
from genrekit.series.files import is_series
from genrekit.series.members import chosen_seeds, members
from genrekit.setting import Setting
from genrekit.splitting import read_clips, split_clips


def run_recipe(
    recipe: str | Path,
    *,
    overrides: Iterable[str] = (),
    folds: bool = False,
    seeds: int | None = None,
    runs: str | Path = "runs",
    store: str | Path | None = None,
    narrator: Narrator | None = None,
    profile: bool = False,
    store_size: int | None = None,
    listeners: Sequence[object] = (),
    finish: bool = True,
    jobs: int = 1,
) -> RunResult:
    """Train what a recipe says. Raises `GenrekitError` for whatever the user can mend.

    ``overrides`` are ``"train.epochs=3"`` strings; ``runs`` is where run folders are made; ``store`` is where features
    are kept (None: ``$GENREKIT_STORE`` or the user's cache); ``profile`` says where the time went, at the end and in
    ``profile.json``; ``store_size`` is how many bytes the store may hold beside what this run needs.

    ``listeners`` are objects whose methods ``run_started``, ``epoch_ended`` and ``run_ended``, marked with
    ``@genrekit.hookimpl``, hear of these runs only. Without ``finish``, training and its validation are all: no test
    figures, report or bundle, for runs of which most are thrown away; `resume_run` makes the rest.

    ``folds`` makes a cross-validation: a run for each fold of the recipe's splitter. ``seeds`` makes that many runs (of
    each fold), with the recipe's seed and those after it, on the same parts. Either gives a folder of run folders, and
    a result whose metrics are those of all runs' test clips together. ``jobs`` of the runs go side by side, each in a
    process of its own with its share of the CPUs, and give what they give one after the other with as many threads.
    """
    if seeds is not None and seeds < 1:
        raise GenrekitError(f"seeds={seeds}: it says how many runs there are, 1 or more")
    if not finish and (folds or (seeds or 1) > 1):
        raise GenrekitError("finish=False is for one run: a series of runs is made for its test figures")
    overrides = list(overrides)
    loaded = recipes.load(recipe, overrides)
    told, loaded = list(fitted.notes(loaded)), fitted.resolve(loaded)
    _check_channels(loaded)
    several = folds or (seeds or 1) > 1
    _check_jobs(jobs, several, profile, listeners, "--folds or --seeds COUNT make several")
    with locating(loaded, recipe, overrides):
        clips = read_clips(loaded)
        if several:
            planned = members(loaded, clips, folds, chosen_seeds(loaded, seeds))
            for member in planned:
                split_clips(member.recipe, clips)
            jobs = min(jobs, len(planned))
        else:
            clips = split_clips(loaded, clips)
    loaded = hardware.resolve(loaded, jobs)
    setting = Setting.of(loaded, Path(runs), store, narrator, profile, store_size)
    setting = replace(setting, listeners=listeners, finish=finish, jobs=jobs)
    for note in told:
        setting.narrator.warn(note)
    first = setting.processes.first
    folder = cast("RunFolder", setting.processes.agree(RunFolder.create(Path(runs), loaded.name) if first else None))
    if several:
        return series_start.start(loaded, clips, folds, chosen_seeds(loaded, seeds), folder, setting).go()
    run = setting.run(loaded, clips, folder)
    if first:
        run.describe()
    return run.go(profile)


def resume_run(
    folder: str | Path,
    *,
    store: str | Path | None = None,
    narrator: Narrator | None = None,
    profile: bool = False,
    store_size: int | None = None,
    listeners: Sequence[object] = (),
    finish: bool = True,
    jobs: int = 1,
) -> RunResult:
    """Go on with a run, or a series of runs, that was interrupted, exactly as if it had not been.

    Options: see `run_recipe`.
    """
    path = Path(folder).resolve()
    if not (path / "recipe.toml").is_file():
        raise GenrekitError(f"{folder} is not a run folder: it holds no recipe.toml", hint="genrekit run RECIPE")
    loaded = recipes.load(path / "recipe.toml")
    _check_jobs(jobs, is_series(path), profile, listeners, "leave --jobs out")
    if is_series(path):
        clips = read_clips(loaded)
        setting = Setting.of(hardware.resolve(loaded), path.parent.parent, store, narrator, profile, store_size)
        setting = replace(setting, listeners=listeners, jobs=jobs)
        return series_start.resume(loaded, clips, RunFolder(path), setting).go()
    if RunFolder(path).finished(loaded.train.epochs):
        return _already_finished(path, narrator or Narrator())
    clips = split_clips(loaded, read_clips(loaded))
    loaded = hardware.resolve(loaded)
    setting = Setting.of(loaded, path.parent.parent, store, narrator, profile, store_size)
    setting = replace(setting, listeners=listeners, finish=finish)
    series = path.parent if is_series(path.parent) else None
    return setting.run(loaded, clips, RunFolder(path), series).go(profile)


def _check_channels(recipe: Recipe) -> None:
    """`RecipeError` where a network is to see a channel that the features say they do not have, before any audio."""
    promised = recipe.features.output_shape()
    if promised and recipe.train.ensemble_channels:
        from genrekit.ensemble import refuse_channels_beyond

        refuse_channels_beyond(promised, recipe.train.ensemble_channels)


def _check_jobs(jobs: int, several: bool, profile: bool, listeners: Sequence[object], hint: str) -> None:
    """Refuse what cannot be had of runs in other processes."""
    if jobs < 1:
        raise GenrekitError(f"jobs={jobs}: it says how many runs go side by side, 1 or more")
    if jobs == 1:
        return
    if not several:
        raise GenrekitError(f"jobs={jobs}, and there is one run only", hint=hint)
    if launched():
        raise GenrekitError("jobs go side by side in one process's series, not in one that was launched several times")
    if profile or listeners:
        what = "--profile" if profile else "listeners"
        raise GenrekitError(f"with jobs={jobs} runs are in processes of their own, out of reach of {what}")


def _already_finished(path: Path, narrator: Narrator) -> RunResult:
    metrics = json.loads((path / METRICS).read_text(encoding="utf-8"))
    narrator.say(f"{path} is finished, after {metrics['epochs']} epochs: there is nothing left to do")
    return RunResult(path, metrics, interrupted=False)
