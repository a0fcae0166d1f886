"""Options and figures, flat and with names that all trackers take."""

from __future__ import annotations

import math
from pathlib import Path

from genrekit_tracking import figures
from tracked_runs import write_recipe

from genrekit import recipe as recipes


def test_every_option_is_a_param(tmp_path: Path) -> None:
    found = figures.params(recipes.load(write_recipe(tmp_path, "wandb = { mode = 'offline' }")))
    assert found["train.optimizer.use"] == "adam"
    assert found["train.epochs"] == 3
    assert found["model.channels"] == "[4, 4]"
    assert found["evaluate.0.use"] == "classification"
    assert found["split.validation"] == 0.25
    assert all(isinstance(value, bool | int | float | str) for value in found.values())


def test_an_epoch_has_its_figures_by_part() -> None:
    line = {"epoch": 2, "train_loss": 0.5, "lr": 0.1, "loss": math.nan, "macro_f1": 0.75, "best_epoch": 1, "train_s": 3}
    assert figures.of_epoch(line) == {
        "train/loss": 0.5,
        "train/lr": 0.1,
        "validation/macro_f1": 0.75,
        "time/train_s": 3.0,
    }


def test_the_end_has_intervals_beside_figures() -> None:
    metrics = {
        "best_epoch": 4,
        "stopped": None,
        "leakage": {"pairs": True},
        "test": {
            "macro_f1": 0.8,
            "undefined": None,
            "per_class": {"drum & bass": {"f1": 0.25}},
            "confusion": [[1, 2], [3, 4]],
            "intervals": {"macro_f1": {"low": 0.7, "high": 0.9}},
            "bootstrap": {"resamples": 1000},
        },
    }
    assert figures.of_end(metrics) == {
        "final/best_epoch": 4.0,
        "final/test/macro_f1": 0.8,
        "final/test/macro_f1/low": 0.7,
        "final/test/macro_f1/high": 0.9,
        "final/test/per_class/drum _ bass/f1": 0.25,
    }


def test_a_run_that_did_not_get_far_has_none() -> None:
    assert figures.of_end({}) == {}
