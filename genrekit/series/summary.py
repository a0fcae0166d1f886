"""What a series of runs gave: each run, the mean, and how far folds and seeds lie from each other.

Three things are told apart, since they answer different questions:

- ``mean``: the mean of the runs' figures, every run counting alike.
- ``std_over_folds``: each fold's figure is its mean over the seeds; the sample standard deviation (n - 1) of those. How
  much it matters which clips are tested. Folds share training clips, so it is no standard error of the mean.
- ``std_over_seeds``: each seed's figure is its mean over the folds; the sample standard deviation of those. How much
  the luck of initial weights, order and augmentation matters, and so how large a difference of two recipes must be.

Pooled figures are of all test clips together, as if one model had answered them; their intervals are the bootstrap's.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.calibration import reliability_figures
from genrekit.chosen import KEY as CHOSEN
from genrekit.chosen import chosen, chosen_by_any
from genrekit.evaluation import figures, plain_numbers
from genrekit.leakage import measure
from genrekit.run_folder import METRICS, RunFolder
from genrekit.series.files import read_json

if TYPE_CHECKING:
    from genrekit.outcome import Outcome
    from genrekit.pooling import Pooled
    from genrekit.recipe import Recipe
    from genrekit.series.members import Member


def summarize(
    folder: RunFolder, recipe: Recipe, members: Sequence[Member], done: Sequence[Member]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contents of ``summary.json``, but for the plan, and of ``metrics.json`` (none while no run is done)."""
    metrics = {member: read_json(folder.path / member.folder / METRICS) for member in done}
    part = "test" if all("test" in told for told in metrics.values()) else "validation"
    numbers = {member: plain_numbers(told[part]) for member, told in metrics.items()}
    summary: dict[str, Any] = {
        "status": "finished" if len(done) == len(members) else "unfinished",
        "part": part,
        "runs": [_run(member, numbers.get(member), metrics.get(member)) for member in members],
        "figures": {name: _spread(numbers, name) for name in _common(list(numbers.values()))},
    }
    if not done:
        return summary, {}
    found = pooled_answers(folder.path, summary, recipe)
    about = {"clips": found.clips, "answers": len(found.outcome)}
    together = _together(recipe, found.outcome)
    runs = list(metrics.values())
    return summary | about, {
        part: together,
        "leakage": _leakage(recipe, found, runs),
        CHOSEN: chosen_by_any(chosen(told, recipe.train.keep) for told in runs),
        "runs": len(done),
        "of": len(members),
    }


def _run(member: Member, numbers: dict[str, float] | None, metrics: dict[str, Any] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "folder": member.folder,
        "fold": member.fold,
        "held_out": member.held_out,
        "seed": member.seed,
        "status": "unfinished" if numbers is None else "finished",
    }
    if metrics is None:
        return told
    return told | {"best_epoch": metrics["best_epoch"], "epochs": metrics["epochs"], "figures": numbers}


def _common(numbers: Sequence[dict[str, float]]) -> list[str]:
    """The figures that every run has, but for counts, which have no mean worth reading."""
    first = numbers[0] if numbers else {}
    return [name for name in first if name != "n_clips" and all(name in other for other in numbers)]


def _spread(numbers: dict[Member, dict[str, float]], figure: str) -> dict[str, Any]:
    values = {member: told[figure] for member, told in numbers.items()}
    by_fold = _means(values, lambda member: member.fold)
    by_seed = _means(values, lambda member: member.seed)
    return {
        "mean": statistics.fmean(values.values()),
        "std_over_folds": _deviation(by_fold),
        "std_over_seeds": _deviation(by_seed),
        "lowest": min(values.values()),
        "highest": max(values.values()),
        "by_fold": {str(fold): value for fold, value in by_fold.items() if fold is not None},
        "by_seed": {str(seed): value for seed, value in by_seed.items()},
    }


def _means(values: dict[Member, float], key: Callable[[Member], int | None]) -> dict[int | None, float]:
    grouped: dict[int | None, list[float]] = {}
    for member, value in values.items():
        grouped.setdefault(key(member), []).append(value)
    return {name: statistics.fmean(found) for name, found in grouped.items()}


def _deviation(means: dict[int | None, float]) -> float | None:
    """The sample standard deviation; None of fewer than two."""
    return statistics.stdev(means.values()) if len(means) > 1 else None


def pooled_answers(folder: Path, summary: Mapping[str, Any], recipe: Recipe) -> Pooled:
    """All finished runs' answers for the part that is reported."""
    from genrekit.pooling import pooled

    done = [run for run in summary["runs"] if run["status"] == "finished"]
    losses = [run["figures"].get("loss", 0.0) for run in done]
    folders = [folder / run["folder"] for run in done]
    return pooled(folders, losses, summary["part"], recipe.train.loss.multi_label)


def _together(recipe: Recipe, outcome: Outcome) -> dict[str, Any]:
    """The figures of all runs' answers together with their intervals. Each run's answers are calibrated already."""
    from genrekit.intervals import intervals

    told = figures(recipe.evaluate, outcome) | intervals(recipe.evaluate, outcome, recipe.seed)
    return told | {"calibration": {"after": reliability_figures(outcome)}}


def _leakage(recipe: Recipe, found: Pooled, runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The leak meter: clips and their kin in the training part of the run that tested them."""
    compared = all(told.get("leakage", {}).get("near_duplicates_known") for told in runs)
    return measure(found.outcome, replace(found.kin, compared=compared), recipe.evaluate)
