"""``predictions.csv``: written, and read back as it was."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import genrekit
from genrekit import bundle
from genrekit.label_cells import in_cell, of_cell
from genrekit.leakage import Kin
from genrekit.pooling import pooled
from genrekit.prediction_rows import prediction_rows


def test_predictions_tell_a_files_stretches_apart() -> None:
    outcome = genrekit.Outcome(
        part="test",
        labels=["a", "b"],
        paths=["song.wav"] * 2,
        rows=np.arange(2),
        groups=["singer", None],
        truth=np.asarray([[True, True], [False, False]]),
        probabilities=np.asarray([[0.75, 0.5], [0.25, 0.125]], np.float32),
        loss=0.5,
        multi_label=True,
        starts_s=[0.0, 12.5],
        durations_s=[12.5, None],
    )
    assert list(prediction_rows([outcome], Kin(frozenset({0}), frozenset({0})))) == [
        ["part", "path", "start_s", "duration_s", "group", "kin", "label", "predicted", "probability", "p(a)", "p(b)"],
        ["test", "song.wav", "0", "12.5", "singer", "twin mate", "a;b", "a;b", "0.750000", "0.750000", "0.500000"],
        ["test", "song.wav", "12.5", "", "", "", "", "", "0.250000", "0.250000", "0.125000"],
    ]
    one = replace(outcome, multi_label=False, truth=np.eye(2, dtype=bool), starts_s=[], durations_s=[])
    assert [row[2:8] for row in prediction_rows([one])][1:] == [
        ["", "", "singer", "", "a", "a"],
        ["", "", "", "", "b", "a"],
    ]


KIN = Kin(frozenset({3, 25}), frozenset({3, 4}))
LABELS = ["a;b", "c\\", "ordinary"]


def several(probabilities: np.ndarray, truth: np.ndarray, thresholds: list[float], first: int = 0) -> genrekit.Outcome:
    """What a model of several labels answered for clips [clips, labels], numbered from ``first``."""
    clips = range(first, first + len(truth))
    return genrekit.Outcome(
        part="test",
        labels=LABELS,
        paths=[f"{number}.wav" for number in clips],
        rows=np.asarray(clips),
        groups=[None] * len(truth),
        truth=truth,
        probabilities=probabilities.astype(np.float32),
        loss=0.5,
        multi_label=True,
        thresholds=np.asarray(thresholds, np.float32),
        starts_s=[1.5] * len(truth),
        durations_s=[None] * len(truth),
    )


def write(folder: Path, outcome: genrekit.Outcome, kin: Kin) -> Path:
    """A run folder of predictions."""
    folder.mkdir()
    with (folder / "predictions.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(prediction_rows([outcome], kin))
    return folder


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[genrekit.Outcome], list[Path]]:
    """Two runs whose models have other thresholds."""
    rng = np.random.default_rng(0)
    made = [
        several(rng.random((20, 3)).round(4), rng.random((20, 3)) < 0.4, thresholds, first)
        for thresholds, first in (([0.2, 0.5, 0.7], 0), ([0.6, 0.3, 0.1], 20))
    ]
    folders = [write(tmp_path / str(number), outcome, KIN) for number, outcome in enumerate(made)]
    thresholds: dict[Path, Any] = {
        folder / "bundle": outcome.thresholds for folder, outcome in zip(folders, made, strict=True)
    }

    class Manifest:
        def __init__(self, folder: Path) -> None:
            self.answers = bundle.Answers(thresholds=dict(zip(LABELS, map(float, thresholds[folder]), strict=True)))

    monkeypatch.setattr("genrekit.pooling.read_manifest", Manifest)
    return made, folders


def test_answers_come_back_as_each_runs_model_gave_them(two: tuple[list[genrekit.Outcome], list[Path]]) -> None:
    made, folders = two
    found = pooled(folders, [0.5, 0.7], "test", multi_label=True)
    together = found.outcome
    assert together.labels == LABELS
    assert np.array_equal(together.truth, np.concatenate([one.truth for one in made]))
    assert np.array_equal(together.given, np.concatenate([one.given for one in made]))
    assert not np.array_equal(together.given, replace(together, thresholds=None).given)
    assert together.loss == pytest.approx(0.6)
    assert (together.starts_s[0], together.durations_s[0]) == (1.5, None)
    some = np.asarray([39, 0, 0])
    assert np.array_equal(together.take(some).given, together.given[some])
    assert found.kin == KIN
    assert found.clips == 40


@given(st.lists(st.text(min_size=1)))
def test_labels_of_any_name_come_back_from_a_cell(labels: list[str]) -> None:
    assert of_cell(in_cell(labels)) == labels
