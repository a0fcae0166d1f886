"""A tracker that fails, is away and comes back; what one is told is told once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from genrekit_tracking import teller
from genrekit_tracking.afterwards import track_folder
from genrekit_tracking.tracker import Ending, Tracker
from tracked_runs import Said, Stops, run, write_recipe

import genrekit
from genrekit.errors import GenrekitError, TrainingError
from genrekit.run_lock import alone_in
from genrekit.running import resume_run


class Fake(Tracker):
    """Keeps what it is told, in lists that outlive it; fails when told to."""

    told: list[Any]
    failing: set[str]

    def start(self) -> None:
        self._do("start", self.identity)
        self.identity = self.identity or "run-1"

    def epoch(self, epoch: int, line: Mapping[str, float]) -> None:
        self._do("epoch", epoch)

    def end(self, ending: Ending) -> None:
        self._do("end", ending.status)

    def close(self) -> None:
        self._do("close", None)

    def _do(self, what: str, detail: object) -> None:
        if what in self.failing or f"{what} {detail}" in self.failing:
            raise ConnectionError("server away")
        self.told.append((what, detail))


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> dict[str, type[Fake]]:
    """A fake in the place of each tracker."""
    made = {name: type(name, (Fake,), {"told": [], "failing": set()}) for name in teller.CLASSES}
    monkeypatch.setattr(teller, "tracker_class", made.__getitem__)
    return made


BOTH = "tensorboard = {}\nmlflow = {}"
WHOLE = [("start", None), ("epoch", 1), ("epoch", 2), ("epoch", 3), ("end", "finished"), ("close", None)]


def test_each_hears_everything_once(fakes: dict[str, type[Fake]], tmp_path: Path) -> None:
    said = Said()
    result = run(tmp_path, BOTH, narrator=said, finish=False)
    assert fakes["tensorboard"].told == fakes["mlflow"].told == WHOLE
    assert fakes["wandb"].told == []
    assert said.about("tracking") == []
    state = {"identity": "run-1", "epochs": 3, "ended": True}
    assert teller.read_record(result.folder) == {"tensorboard": state, "mlflow": state}


def test_one_that_never_answers_is_no_matter(fakes: dict[str, type[Fake]], tmp_path: Path) -> None:
    fakes["mlflow"].failing.update({"start", "epoch", "end"})
    said = Said()
    result = run(tmp_path, BOTH, narrator=said, finish=False)
    assert fakes["tensorboard"].told == WHOLE
    first, last = said.about("tracking: ")
    assert first == "tracking: mlflow does not hear of this: ConnectionError: server away; the run goes on"
    assert last == f"tracking: mlflow was not told 3 epochs and the end; later: genrekit track {result.folder}"


@pytest.mark.parametrize("failing", ["epoch 2", "start"])
def test_one_that_comes_back_hears_what_it_missed(
    failing: str, fakes: dict[str, type[Fake]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, flushes, said = fakes["mlflow"], [], Said()
    fake.failing.add(failing)
    flush = teller.Teller._flush

    def counted(self: teller.Teller) -> None:
        flushes.append(len(fake.told))
        if len(flushes) == 4:  # the start, two epochs; now the third
            fake.failing.clear()
        flush(self)

    monkeypatch.setattr(teller.Teller, "_flush", counted)
    run(tmp_path, "mlflow = {}", narrator=said, finish=False)
    assert fake.told == WHOLE
    gone, back = said.about("tracking: ")
    assert "mlflow does not hear of this" in gone
    assert back == "tracking: mlflow is back, and has been told everything"


def test_a_resume_goes_on_with_the_same_run(fakes: dict[str, type[Fake]], tmp_path: Path) -> None:
    interrupted = run(tmp_path, "mlflow = {}", listeners=[Stops(2)], finish=False)
    assert interrupted.interrupted
    resume_run(interrupted.folder, store=tmp_path / "store", finish=False)
    told = fakes["mlflow"].told
    assert told == [
        ("start", None), ("epoch", 1), ("epoch", 2), ("end", "interrupted"), ("close", None),
        ("start", "run-1"), ("epoch", 3), ("end", "finished"), ("close", None),
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["interrupted", "running"])
def test_what_was_not_told_is_told_later(status: str, fakes: dict[str, type[Fake]], tmp_path: Path) -> None:
    fake, said = fakes["mlflow"], Said()
    fake.failing.update({"start", "epoch", "end", "close"})
    folder = run(tmp_path, "mlflow = {}", listeners=[Stops(2)], finish=False).folder
    (folder / "status.json").write_text(f'{{"status": "{status}"}}')
    with pytest.raises(TrainingError, match="mlflow: ConnectionError: server away"):
        track_folder(folder, said)
    fake.failing.clear()
    track_folder(folder, said)
    assert fake.told == [("start", None), ("epoch", 1), ("end", "interrupted"), ("close", None)]
    assert said.lines[-1] == f"{folder}: mlflow told"


def test_a_run_that_goes_on_is_left_alone(fakes: dict[str, type[Fake]], tmp_path: Path) -> None:
    folder = run(tmp_path, "mlflow = {}", "train.epochs=1", finish=False).folder
    with alone_in(folder), pytest.raises(GenrekitError, match="somebody works in the run folder"):
        track_folder(folder, Said())


def test_a_record_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    assert teller.read_record(tmp_path) == {}
    (tmp_path / teller.RECORD).write_text("[")
    assert teller.read_record(tmp_path) == {}


def test_a_run_without_the_table_is_told_to_nobody(fakes: dict[str, type[Fake]], tmp_path: Path) -> None:
    recipe = tmp_path / "plain.toml"
    recipe.write_text(write_recipe(tmp_path, "").read_text().partition("[tracking]")[0])
    where = {"runs": tmp_path / "runs", "store": tmp_path / "store"}
    result = genrekit.run(recipe, overrides=["train.epochs=1"], finish=False, **where)
    assert [fake.told for fake in fakes.values()] == [[], [], []]
    assert not (result.folder / teller.RECORD).exists()


def test_a_close_that_fails_is_said(fakes: dict[str, type[Fake]], tmp_path: Path) -> None:
    fakes["mlflow"].failing.add("close")
    said = Said()
    run(tmp_path, "mlflow = {}", "train.epochs=1", narrator=said, finish=False)
    assert said.about("tracking") == ["tracking: mlflow: ConnectionError: server away"]
