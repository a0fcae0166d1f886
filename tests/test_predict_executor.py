"""Prediction on executors: the same answers wherever jobs run, and what is said when they cannot."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

import genrekit
from genrekit import prediction_jobs
from genrekit.cli.prediction_progress import told, with_progress
from genrekit.console import Narrator
from genrekit.errors import BundleError
from genrekit.in_flight import in_order
from genrekit.predict import Predictor
from genrekit.testing import write_bundle, write_tones

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tones, something broken among them, and a model."""
    root = tmp_path_factory.mktemp("predict")
    write_tones(root / "tones", per_class=6)
    write_bundle(root / "runs" / "latest")
    (root / "tones" / "low" / "broken.wav").write_bytes(b"RIFF")
    return root


@pytest.fixture(autouse=True)
def _in_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


class Recorder(genrekit.Executor):
    """Does a job when its result is asked for, and remembers how many were waiting."""

    use: Literal["recorder"] = "recorder"

    def open(self) -> concurrent.futures.Executor:
        return POOLS[-1]

    def capacity(self) -> int:
        return 2


POOLS: list[Lazy] = []


class Lazy(concurrent.futures.Executor):
    """Its jobs run when somebody waits for them."""

    def __init__(self) -> None:
        self.waiting = self.most = 0
        self.shut: list[bool] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        return LazyFuture(self, lambda: fn(*pickle.loads(pickle.dumps(args)), **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.shut.append(cancel_futures)


class LazyFuture:
    """The result, once it is asked for."""

    def __init__(self, pool: Lazy, job: Callable[[], Any]) -> None:
        self.pool, self.job = pool, job

    def result(self) -> Any:
        self.pool.waiting -= 1
        return self.job()


@pytest.fixture
def lazy() -> Iterator[Lazy]:
    POOLS.append(Lazy())
    yield POOLS[-1]
    POOLS.clear()


def half(number: int) -> float:
    if number == 13:
        raise concurrent.futures.BrokenExecutor("the worker died")
    return number / 2


def lost(number: int, error: concurrent.futures.BrokenExecutor) -> float:
    return -number


def test_results_come_in_order_from_a_bounded_number_of_jobs(lazy: Lazy) -> None:
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    results = in_order(Recorder(), half, numbers(), lost)
    assert next(results) == 0
    assert taken == list(range(8))
    assert list(results) == [-13 if number == 13 else number / 2 for number in range(1, 20)]
    assert (lazy.most, lazy.shut) == (8, [False])


@pytest.mark.parametrize("stop", ["the caller stops", "a job fails"])
def test_what_has_not_begun_is_dropped_when(stop: str, lazy: Lazy) -> None:
    results = in_order(Recorder(), half, iter([1, "two", *range(100)]), lost)
    assert next(results) == 0.5
    if stop == "a job fails":
        with pytest.raises(TypeError):
            next(results)
    else:
        results.close()  # type: ignore[attr-defined]
    assert lazy.shut == [True, False]
    assert lazy.most == 8


@pytest.mark.parametrize("timeline", [[], ["--timeline", "--hop", "0.1"]], ids=["files", "timeline"])
def test_every_executor_gives_the_same_answers(timeline: list[str], command: Command) -> None:
    def answers(*executor: str) -> list[dict[str, Any]]:
        answer = command("predict", "tones", *timeline, *executor, "--format", "json")
        assert (answer.code, answer.err) == (3, "1 of 19 files could not be used\n")
        found: list[dict[str, Any]] = json.loads(answer.out)
        return found

    serial = answers("--executor", "serial")
    assert answers("--executor", "threads", "--executor-option", "workers=3") == serial
    assert answers("--executor", "processes", "--executor-option", "workers=2") == serial
    here = answers()
    assert [found["path"] for found in here] == [found["path"] for found in serial]
    for one, other in zip(here, serial, strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-6)
        assert {**one, "probability": 0, "probabilities": 0} == {**other, "probability": 0, "probabilities": 0}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--executor", "thread"], "--executor thread: [executor] unknown executor 'thread'; did you mean 'threads'?"),
        (
            ["--executor", "threads", "--executor-option", "worker=2"],
            "--executor-option worker=2: [executor] unknown option 'worker'; did you mean 'workers'?",
        ),
        (
            ["--executor", "threads", "--executor-option", "workers=0"],
            "--executor-option workers=0: [executor] 'workers' should be at least 1; it is 0",
        ),
        (["--executor", "threads", "--executor-option", "workers"], "--executor-option: 'workers' is not KEY=VALUE"),
        (["--executor-option", "workers=2"], "--executor-option is of no executor"),
    ],
)
def test_a_mistake_in_the_options_is_explained(options: list[str], said: str, command: Command) -> None:
    answer = command("predict", "tones", *options)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_a_recording_whose_worker_died_fails_alone(lazy: Lazy, monkeypatch: pytest.MonkeyPatch) -> None:
    def dying(job: prediction_jobs.Job) -> Any:
        if job.path.endswith("1.wav"):
            raise concurrent.futures.BrokenExecutor("the worker died")
        return answer(job)

    answer = prediction_jobs.answer
    monkeypatch.setattr(prediction_jobs, "answer", dying)
    found = list(Predictor.load().predict_many([f"tones/low/{number}.wav" for number in range(3)], Recorder()))
    assert [prediction.status for prediction in found] == ["ok", "failed", "ok"]
    assert found[1].reason == "answering it crashed: the worker died"


def test_a_worker_that_finds_no_model_or_another_says_so(root: Path, tmp_path: Path) -> None:
    model = prediction_jobs.Model.of(Predictor.load())
    with pytest.raises(BundleError, match="holds another model") as raised:
        prediction_jobs._load(prediction_jobs.Model(model.folder, "0" * 64))
    assert "the same files on all machines" in str(raised.value)
    with pytest.raises(BundleError, match=r"cannot load the model: cannot read .*bundle\.json"):
        prediction_jobs._load(prediction_jobs.Model(str(tmp_path), model.manifest))
    again = pickle.loads(pickle.dumps(raised.value))
    assert str(again) == str(raised.value)


class Steps(Narrator):
    """Remembers what was told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    @contextlib.contextmanager
    def steps(self, title: str, total: int) -> Iterator[Callable[[str], None]]:
        self.told.append((title, total))
        yield self.told.append


def test_progress_is_told_of_recordings_and_not_of_windows() -> None:
    predictor, narrator = Predictor.load(), Steps()
    groups = [["tones/low/0.wav", "tones/low/broken.wav"], ["tones/low/1.wav"]]
    answers = list(told(lambda groups: predictor.answer_groups(groups, windows=True), narrator)(iter(groups)))
    assert answers == list(predictor.answer_groups(groups, windows=True))
    assert narrator.told == [("recordings", 3), "0.wav", "broken.wav", "1.wav"]


@pytest.mark.parametrize(
    ("stdout", "stderr", "to_file", "shown"),
    [(True, True, False, False), (True, True, True, True), (False, True, False, True), (False, False, True, False)],
)
def test_a_bar_is_where_it_does_not_disturb(
    stdout: bool, stderr: bool, to_file: bool, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: stdout)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: stderr)
    answering = Predictor.load().answer_groups
    assert (with_progress(answering, to_file) != answering) == shown
