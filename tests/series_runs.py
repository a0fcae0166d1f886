"""Series of toy runs in a place that all tests of a file share, and what can be read in their folders."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from toy_runs import RECIPE, TOY, ToyRuns, make_tones

from genrekit import plugins

SLOW_TO_LEARN = "train.optimizer.lr=0.0005"
TWO_FOLDS = ("split={use='toy-folds', folds=2, validation=false}", "train.keep=last", "train.epochs=2")
THREE_FOLDS = ("split={use='toy-folds'}", "train.epochs=2")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tones and a recipe for all tests of this file."""
    root = tmp_path_factory.mktemp("series")
    make_tones(root / "tones")
    (root / "recipe.toml").write_text(RECIPE)
    return root


@pytest.fixture
def shared(place: Path) -> Iterator[ToyRuns]:
    """Runs in that place."""
    plugins.configure(local=[str(TOY)])
    yield ToyRuns(place)
    plugins.configure()


def content(path: Path) -> Any:
    return json.loads(path.read_text())


def lines(folder: Path, part: str = "test") -> list[dict[str, str]]:
    with (folder / "predictions.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["part"] == part]


def results(folder: Path) -> dict[str, str]:
    """All that must not depend on how often a series was interrupted: figures, predictions, weights."""
    kept = ["summary.json", "metrics.json", "predictions.csv"]
    runs = [run["folder"] for run in content(folder / "summary.json")["runs"]]
    weights = {run: (folder / run / "bundle" / "model.safetensors").read_bytes().hex() for run in runs}
    return weights | {name: (folder / name).read_text() for name in kept}
