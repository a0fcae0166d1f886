"""The leak meter, on runs whose leaks are made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from toy_runs import ToyRuns

import genrekit
from genrekit.auditing.twin_memory import TwinMemory
from genrekit.console import Narrator
from genrekit.leakage import Kin, measure, told
from genrekit.outcome import Outcome


class Accuracy(genrekit.Evaluator):
    """The share of right answers."""

    use: str = "accuracy"

    def metrics(self, outcome: Outcome) -> dict[str, float]:
        return {"accuracy": float((outcome.predicted == outcome.targets).mean()), "loss": outcome.loss}


def outcome() -> Outcome:
    """Six clips of two classes, the first four answered right."""
    truth = np.tile(np.eye(2, dtype=bool), (3, 1))
    probabilities = np.where(truth, 0.9, 0.1).astype(np.float32)
    probabilities[4:] = probabilities[4:, ::-1]
    paths = [f"{row}.wav" for row in range(6)]
    return Outcome("test", ["a", "b"], paths, np.arange(10, 16), [None] * 6, truth, probabilities, 0.3)


def test_figures_of_all_and_of_those_without_kin() -> None:
    found = measure(outcome(), Kin(frozenset({10, 99}), frozenset({10, 11})), [Accuracy()])
    assert (found["part"], found["clips"], found["with_twin"], found["with_group_mate"]) == ("test", 6, 1, 2)
    assert found["all"] == {"clips": 6, "accuracy": pytest.approx(4 / 6), "loss": 0.3}
    # The loss of some clips is not known, and not told.
    assert found["clean"] == {"clips": 4, "accuracy": 0.5}
    assert told(found) == (
        "warning: 2 of 6 test clips have a twin (1) or a group mate (2) in training: "
        "accuracy is 0.667 on all, 0.500 on the 4 others"
    )


def test_nothing_leaks() -> None:
    found = measure(outcome(), Kin(frozenset(), frozenset(), compared=True), [Accuracy()])
    assert found["all"]["accuracy"] == found["clean"]["accuracy"]
    assert "note" not in found
    assert told(found) is None


def test_everything_leaks() -> None:
    found = measure(outcome(), Kin(frozenset(), frozenset(range(10, 16))), [Accuracy()])
    assert found["clean"] == {"clips": 0}
    assert (told(found) or "").endswith("none is left that would say what the model does with new recordings")


class Heard(Narrator):
    """Keeps the warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def test_copies_byte_for_byte_are_always_known(toy: ToyRuns) -> None:
    # Rows are dealt out by name: high/0 trains, high/2 validates.
    shutil.copy(toy.tones / "high" / "0.wav", toy.tones / "high" / "2.wav")
    heard = Heard()
    folder = toy.run("train.epochs=1", narrator=heard).folder
    leakage = json.loads((folder / "metrics.json").read_text())["leakage"]
    assert (leakage["part"], leakage["clips"], leakage["with_twin"]) == ("validation", 6, 1)
    assert leakage["clean"]["clips"] == 5
    assert leakage["near_duplicates_known"] is False
    copies = json.loads((folder / "data.json").read_text())["copies"]
    assert [(family["across_parts"], family["other_labels"]) for family in copies] == [(True, False)]
    assert any(text.startswith("warning: the same sound in several parts: ") for text in heard.warnings)
    assert any("1 of 6 validation clips have a twin (1)" in text for text in heard.warnings)


def test_near_copies_are_known_after_an_audit(toy: ToyRuns) -> None:
    samples, rate = soundfile.read(toy.tones / "high" / "0.wav")
    soundfile.write(toy.tones / "high" / "2.wav", 0.5 * samples[100:], rate)
    assert toy.run("train.epochs=1").metrics["leakage"]["with_twin"] == 0
    found = genrekit.audit(toy.recipe, store=toy.root / "store")
    assert [(twins.first, twins.second) for twins in found.material.twins] == [(0, 2)]
    leakage = toy.run("train.epochs=1").metrics["leakage"]
    assert (leakage["with_twin"], leakage["near_duplicates_known"]) == (1, True)
    # Files that no audit has met.
    soundfile.write(toy.tones / "high" / "4.wav", samples[::-1], rate)
    assert toy.run("train.epochs=1").metrics["leakage"]["near_duplicates_known"] is False


def test_a_damaged_memory_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "twins.sqlite").write_bytes(b"no database at all")
    memory = TwinMemory(tmp_path)
    assert memory.recall({0: "x"}) == ([], False)
    memory.remember([], [], [])
    assert memory.recall({0: "x"}) == ([], False)
