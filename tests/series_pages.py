"""Series of runs of made-up answers: two folds with two seeds, as training would leave them, without any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from reporting import answers, figures_of
from toy_runs import ToyRuns

from genrekit import recipe as recipes
from genrekit.leakage import Kin
from genrekit.outcome import Outcome
from genrekit.prediction_rows import prediction_rows
from genrekit.recipe import Recipe
from genrekit.run_folder import RunFolder
from genrekit.series.members import Member
from genrekit.series.report import write_report
from genrekit.series.summary import summarize

LABELS = ["high", "low", "middle"]
KIN = Kin(twins=frozenset({0}), mates=frozenset({0, 1}))
"""Of each fold's clips the first two."""


def fold_of(toy: ToyRuns, fold: int, seed: int) -> Outcome:
    """Nine clips, three a class, about two thirds right."""
    paths = [str(toy.tones / label / f"{index}.wav") for index in range(6) for label in LABELS][9 * (fold - 1) :][:9]
    true = np.arange(9) % 3
    logits = np.random.default_rng(seed).normal(size=(9, 3)) + 2.0 * (true[:, None] == np.arange(3))
    more: dict[str, Any] = {"starts_s": [0.0] * 9, "durations_s": [None] * 9}
    return answers(true.tolist(), logits, LABELS, paths, **more)


def make_series(toy: ToyRuns) -> Path:
    """The folder."""
    recipe = recipes.load(toy.recipe, ["evaluate=[{use='classification'}]", "train.keep=last"])
    folder = RunFolder(toy.root / "made-up series")
    members = [Member(recipe, seed, fold, f"test = {fold}", True) for seed in (3, 4) for fold in (1, 2)]
    for member in members:
        _run(RunFolder(folder.path / member.folder), fold_of(toy, member.fold or 0, member.seed))
    return _together(folder, recipe, members)


def _run(folder: RunFolder, outcome: Outcome) -> None:
    folder.path.mkdir(parents=True)
    folder.write_csv("predictions.csv", prediction_rows([outcome], KIN))
    metrics = {"test": figures_of(outcome), "best_epoch": 3, "epochs": 3, "validation_chose": ["the temperature"]}
    folder.write_json("metrics.json", metrics)


def _together(folder: RunFolder, recipe: Recipe, members: list[Member]) -> Path:
    folder.write_text("recipe.toml", recipes.dump(recipe))
    folder.write_json("environment.json", {"genrekit": "0.1.0", "python": "3.11"})
    summary, metrics = summarize(folder, recipe, members, members)
    summary = {"folds": True, "seeds": [3, 4], "data": "abc"} | summary
    folder.write_json("summary.json", summary)
    folder.write_json("metrics.json", metrics)
    write_report(folder, recipe, summary, metrics)
    return folder.path
