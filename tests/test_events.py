"""What hooks are told of a run, by plugins and by listeners of one run; runs that only train."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from toy_runs import ToyRuns

import genrekit
from genrekit.console import Narrator
from genrekit.errors import GenrekitError, PluginError
from genrekit.events import EpochEnded, RunEnded, RunStarted
from genrekit.plugins import installed
from genrekit.running import resume_run


class Heard:
    """Keeps what it is told."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.events: list[Any] = []
        self.histories: list[int] = []
        self.stop_after = stop_after

    @genrekit.hookimpl
    def run_started(self, event: RunStarted) -> None:
        self.keep(event)

    @genrekit.hookimpl
    def epoch_ended(self, event: EpochEnded) -> None:
        self.keep(event)
        if event.epoch == self.stop_after:
            event.stop = "enough"

    @genrekit.hookimpl
    def run_ended(self, event: RunEnded) -> None:
        self.keep(event)

    def keep(self, event: Any) -> None:
        self.events.append(event)
        self.histories.append(len(event.history))


class Warnings(Narrator):
    """Keeps what is warned of."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def warn(self, text: str) -> None:
        self.said.append(text)


def test_a_listener_hears_all_of_a_run(toy: ToyRuns) -> None:
    heard, told = Heard(), Warnings()
    result = toy.run("train.epochs=2", listeners=[heard], narrator=told)
    started, first, second, ended = heard.events
    assert [type(event) for event in heard.events] == [RunStarted, EpochEnded, EpochEnded, RunEnded]
    assert {event.folder for event in heard.events} == {result.folder}
    assert all(event.recipe.name == "toy" for event in heard.events)
    assert started.series is None
    lines = [json.loads(line) for line in (result.folder / "history.jsonl").read_text().splitlines()]
    assert [first.metrics, second.metrics] == lines
    assert heard.histories == [0, 0, 1, 2]
    assert (ended.status, ended.error) == ("finished", None)
    assert ended.metrics == json.loads((result.folder / "metrics.json").read_text())
    assert [path.parent for path in ended.pictures] == [result.folder] * len(ended.pictures)
    started.warn("heard")
    assert told.said[-1] == "heard"


def test_it_hears_of_that_run_only(toy: ToyRuns) -> None:
    heard = Heard()
    hooks = installed().hooks.get_plugins()
    toy.run("train.epochs=1", listeners=[heard])
    toy.run("train.epochs=1")
    assert len(heard.events) == 3
    assert installed().hooks.get_plugins() == hooks


def test_it_can_end_training(toy: ToyRuns) -> None:
    result = toy.run(listeners=[Heard(stop_after=2)])
    assert (result.metrics["epochs"], result.metrics["stopped"]) == (2, "enough")


def test_one_that_fails_is_named(toy: ToyRuns) -> None:
    class Failing(Heard):
        def keep(self, event: Any) -> None:
            if isinstance(event, EpochEnded):
                raise ZeroDivisionError("no such thing")
            super().keep(event)

    heard, failing = Heard(), Failing()
    with pytest.raises(PluginError, match="'Failing' failed in epoch_ended: ZeroDivisionError: no such thing"):
        toy.run(listeners=[failing, heard])
    ended = heard.events[-1]
    assert (ended.status, ended.metrics) == ("failed", {})
    assert "no such thing" in ended.error


def test_a_run_that_only_trains_can_be_finished_later(toy: ToyRuns) -> None:
    heard = Heard()
    whole = toy.run("train.epochs=2")
    trained = toy.run("train.epochs=2", finish=False, listeners=[heard])
    assert trained.metrics == heard.events[-1].metrics == {}
    there = {path.name for path in trained.folder.iterdir()}
    assert "history.jsonl" in there
    assert there.isdisjoint({"metrics.json", "predictions.csv", "bundle", "report.html"})
    later = resume_run(trained.folder, store=toy.root / "store")
    assert later.metrics == whole.metrics
    assert (trained.folder / "bundle" / "bundle.json").exists()


def test_the_events_of_a_resumed_run_know_what_was_before(toy: ToyRuns) -> None:
    trained = toy.run("train.epochs=3", finish=False)
    heard = Heard()
    resume_run(trained.folder, store=toy.root / "store", listeners=[heard])
    assert [type(event) for event in heard.events] == [RunStarted, RunEnded]
    assert heard.histories == [3, 3]


def test_runs_of_a_series_say_so(toy: ToyRuns) -> None:
    heard = Heard()
    result = toy.run("train.epochs=1", seeds=2, listeners=[heard])
    started = [event for event in heard.events if isinstance(event, RunStarted)]
    assert [event.series for event in started] == [result.folder] * 2
    assert len({event.folder for event in started}) == 2


def test_a_series_is_finished(toy: ToyRuns) -> None:
    with pytest.raises(GenrekitError, match="finish=False is for one run"):
        toy.run(seeds=2, finish=False)


def test_events_made_by_hand_are_silent(tmp_path: Path) -> None:
    event = RunStarted(folder=tmp_path, recipe=None)  # type: ignore[arg-type]
    event.warn("nobody hears")
    assert event.history == []
