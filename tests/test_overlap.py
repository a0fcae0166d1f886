"""Windows that overlap where clips are evaluated: one rule for figures, bundle and predictions."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pydantic import ValidationError
from toy_runs import ToyRuns

import genrekit
from genrekit import bundle
from genrekit.errors import RecipeError
from genrekit.examples import Examples
from genrekit.training import loop
from genrekit.windows import hop_of, window_spans

SPLIT = "split={use='toy-folds', folds=2, validation=false}"
OVERLAP = ("train.epochs=1", "train.keep=last", SPLIT, "answers.overlap=0.75")
"""Clips are 6,000 samples, windows 4,096: with a hop of 1,024 a clip has three."""


def test_three_quarters_of_a_window() -> None:
    assert hop_of(4096, 0.75) == 1024
    assert hop_of(4096, 0.0) is None
    assert window_spans(6000, 4096, 1024) == [(0, 4096), (1024, 4096), (1904, 4096)]


@pytest.fixture
def folder(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run with overlapping windows; how many examples its parts had is in ``counts``."""
    counts = dict[str, int]()
    original = loop.Training.best_outcomes

    def counting(self: loop.Training) -> list[genrekit.Outcome]:
        examples: dict[str, Examples] = self.examples
        counts.update({part: len(found) for part, found in examples.items()})
        return original(self)

    monkeypatch.setattr(loop.Training, "best_outcomes", counting)
    folder = toy.run(*OVERLAP).folder
    assert counts == {"train": 9 * 2, "test": 9 * 3}
    return folder


def test_predict_answers_as_the_run_did(folder: Path) -> None:
    manifest = bundle.read_manifest(folder / "bundle")
    assert (manifest.audio.window_samples, manifest.audio.hop_samples) == (4096, 1024)
    assert "in windows of 0.51 s, one every 0.13 s" in (folder / "bundle" / "README.md").read_text()
    predictor = genrekit.load(folder)
    with (folder / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows[:3]:
        answer = predictor.predict(row["path"])
        assert answer.windows == 3
        for label, probability in answer.probabilities.items():
            assert probability == pytest.approx(float(row[f"p({label})"]), abs=5e-6)
    assert [window.start_s for window in predictor.timeline(rows[0]["path"])] == [0.0, 0.128, 0.238]
    assert len(list(predictor.timeline(rows[0]["path"], hop_s=0.512))) == 2, "asked for, a hop is another"


def test_training_alone_stores_what_it_did_without(toy: ToyRuns) -> None:
    """What is trained on has the same place in the store, whatever is evaluated."""
    toy.run(*OVERLAP[:3])
    items = {path.name for path in (toy.root / "store").rglob("*.safetensors")}
    toy.run(*OVERLAP)
    more = {path.name for path in (toy.root / "store").rglob("*.safetensors")}
    assert items < more
    assert len(more) == len(items) + 9


@pytest.mark.parametrize("overlap", [-0.1, 0.96, 1])
def test_windows_that_hardly_move_are_refused(toy: ToyRuns, overlap: float) -> None:
    with pytest.raises(RecipeError, match="overlap"):
        toy.run(f"answers.overlap={overlap}")


@pytest.mark.parametrize("hop", [0, 1, 101])
def test_a_bundle_whose_windows_leave_gaps_or_hardly_move_is_refused(hop: int) -> None:
    with pytest.raises(ValidationError):
        bundle.Audio(sample_rate=100, window_samples=100, minimum_samples=1, any_length=False, hop_samples=hop)
