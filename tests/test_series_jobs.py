"""A series whose runs go side by side gives what it gives one after the other, and stops and fails as well."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from series_runs import TWO_FOLDS, content, results
from series_runs import place as place
from series_runs import shared as shared
from toy_runs import RECIPE, TOY, ToyRuns, make_tones

from genrekit import errors, plugins, running
from genrekit.console import TerminalNarrator
from genrekit.series.side_by_side import Process, side_by_side

WAITING = Path(__file__).with_name("waiting_plugin.py")

FAILING = """
import genrekit

@genrekit.hookimpl
def epoch_ended(event):
    if event.folder.name == "fold-1" and not (event.folder.parent / "mended").exists():
        raise ValueError("out of luck")
"""

LIVES = """
import pathlib, signal, sys, time
folder, code = pathlib.Path(sys.argv[1]), int(sys.argv[2])
signal.signal(signal.SIGINT, lambda *_: (folder.with_suffix(".put-away").touch(), sys.exit(130)))
folder.with_suffix(".begun").touch()
while code < 0:
    time.sleep(0.02)
time.sleep(0.3)
sys.exit(code)
"""
"""A process that ends by itself, unless its code is below 0."""


@pytest.fixture
def in_turn(shared: ToyRuns) -> dict[str, str]:
    """What two folds give one after the other."""
    return results(shared.run(*TWO_FOLDS, folds=True).folder)


def test_the_same_bits_and_only_what_is_left(
    shared: ToyRuns, in_turn: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    options: dict[str, Any] = {"jobs": 2, "store": "empty", "narrator": TerminalNarrator()}
    result = shared.run(*TWO_FOLDS, folds=True, **options)
    told = capsys.readouterr().out.splitlines()
    assert told[:2] == [
        f"toy: 2 runs in {result.folder}, 2 side by side",
        "18 clips ready, 36 windows, 0 from the store",
    ]
    figures = {line.partition(" accuracy")[0] for line in told[2:] if " accuracy" in line}
    assert figures >= {"fold 1 (fold = 0):", "fold 2 (fold = 1):"}
    for fold in ("fold-1", "fold-2"):
        assert "18 clips ready, 36 windows, 18 from the store" in (result.folder / fold / "output.log").read_text()
    assert results(result.folder) == in_turn
    assert result.summary == content(result.folder / "summary.json")
    (result.folder / "fold-2" / "status.json").write_text('{"status": "running"}')
    before = (result.folder / "fold-1" / "metrics.json").stat().st_mtime_ns
    again = running.resume_run(result.folder, store=shared.root / "empty", jobs=2)
    assert results(again.folder) == in_turn
    assert (result.folder / "fold-1" / "metrics.json").stat().st_mtime_ns == before


def test_one_that_fails_takes_no_other_with_it(shared: ToyRuns, in_turn: dict[str, str], tmp_path: Path) -> None:
    failing = tmp_path / "with, comma.py"
    failing.write_text(FAILING)
    plugins.configure(local=[str(TOY), str(failing)])
    with pytest.raises(errors.TrainingError) as caught:
        shared.run(*TWO_FOLDS, folds=True, jobs=2)
    (problem,) = caught.value.problems
    folder = max((shared.root / "runs" / "toy").iterdir())
    assert problem.what == "fold 1 (fold = 0) could not be finished: it ended with exit code 2"
    assert problem.where == str(folder / "fold-1" / "output.log")
    assert "out of luck" in str(problem.why)
    assert problem.hint == f"genrekit run --resume {folder} --plugin {TOY} --plugin {failing} --jobs 2"
    assert [run["status"] for run in content(folder / "summary.json")["runs"]] == ["unfinished", "finished"]
    (folder / "mended").touch()
    assert results(running.resume_run(folder, store=shared.root / "store").folder) == in_turn


def test_what_cannot_go_side_by_side_is_refused(shared: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[tuple[dict[str, Any], str]] = [
        ({"jobs": 0, "folds": True}, "jobs=0: it says how many runs go side by side"),
        ({"jobs": 2}, "jobs=2, and there is one run only\n  try: --folds or --seeds"),
        ({"jobs": 2, "seeds": 1}, "jobs=2, and there is one run only"),
        ({"jobs": 2, "seeds": 2, "profile": True}, "out of reach of --profile"),
        ({"jobs": 2, "seeds": 2, "listeners": [object()]}, "out of reach of listeners"),
    ]
    before = list((shared.root / "runs").rglob("recipe.toml"))
    for options, message in refused:
        with pytest.raises(errors.GenrekitError, match=message):
            shared.run(**options)
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(errors.GenrekitError, match="launched several times"):
        shared.run(seeds=2, jobs=2)
    assert list((shared.root / "runs").rglob("recipe.toml")) == before


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
@pytest.mark.parametrize("sent", ["SIGINT", "SIGKILL"])
def test_its_runs_end_with_it(tmp_path: Path, sent: str) -> None:
    """Ctrl-C in the first epoch, and a death that nobody hears of, sent to the one process that started the others."""
    make_tones(tmp_path / "tones")
    (tmp_path / "recipe.toml").write_text(RECIPE.replace("[model]", '[[augment]]\nuse = "waiting"\n\n[model]'))
    line = ["run", "recipe.toml", "--folds", "--jobs", "2", *(f"--set={option}" for option in TWO_FOLDS)]
    heard = signal.default_int_handler if sent == "SIGINT" else signal.SIG_IGN
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "genrekit", *line, "--plugin", str(TOY), "--plugin", str(WAITING)],
            cwd=tmp_path,
            env=os.environ | {"WAIT_IN": "first", "WAIT_FILE": "waiting", "GENREKIT_STORE": "store"},
            stdout=said,
            stderr=said,
            # Started in a shell's background, it and what it starts would be deaf to Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, heard),
        )
    try:
        assert_soon(lambda: len(list(tmp_path.glob("runs/toy/*/fold-*/status.json"))) == 2)
        assert_soon((tmp_path / "waiting").exists)
        process.send_signal(signal.Signals[sent])
        process.wait(60)
        assert_soon(lambda: not list(tmp_path.glob("runs/toy/*/fold-*/.lock")))
    finally:
        process.kill()
    folders = sorted(tmp_path.glob("runs/toy/*/fold-*"))
    assert [content(folder / "status.json")["status"] for folder in folders] == ["interrupted"] * 2
    assert all("Traceback" not in (folder / "output.log").read_text() for folder in folders)
    if sent == "SIGINT":
        told = (tmp_path / "said").read_text()
        assert process.returncode == 130
        assert "stopping: those that run put away what they have" in told
        assert "stopped; 0 of 2 runs are finished. Go on with: genrekit run --resume" in told


def assert_soon(comes: Callable[[], bool], within_s: float = 100) -> None:
    deadline = time.monotonic() + within_s
    while not comes():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Lives:
    """Starts processes, and counts how many live at once."""

    def __init__(self, codes: dict[str, int]) -> None:
        self.codes, self.started, self.most_at_once = codes, list[Process](), 0

    def __call__(self, folder: Path) -> Process:
        process = subprocess.Popen([sys.executable, "-c", LIVES, str(folder), str(self.codes[folder.name])])
        self.started.append(process)
        self.most_at_once = max(self.most_at_once, sum(one.poll() is None for one in self.started))
        return process


def test_never_more_than_so_many_at_once(tmp_path: Path) -> None:
    lives = Lives(dict.fromkeys("abcde", 0))
    ended = list(side_by_side([tmp_path / name for name in "abcde"], 2, lives, lambda code: code == 0))
    assert sorted(ended) == [(tmp_path / name, 0) for name in "abcde"]
    assert (len(lives.started), lives.most_at_once) == (5, 2)


def test_behind_a_failure_none_is_started(tmp_path: Path) -> None:
    lives = Lives({"a": 1, "b": 0, "c": 0, "d": 0})
    ended = list(side_by_side([tmp_path / name for name in "abcd"], 2, lives, lambda code: code == 0))
    assert (tmp_path / "a", 1) in ended
    assert len(ended) == len(lives.started) < 4


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
def test_whoever_stops_early_lets_them_put_away_what_they_have(tmp_path: Path) -> None:
    lives = Lives({"a": 0, "b": -1, "c": -1})
    ended = side_by_side([tmp_path / name for name in "abc"], 3, lives, lambda code: code == 0)
    assert next(ended) == (tmp_path / "a", 0)
    assert_soon(lambda: all((tmp_path / f"{name}.begun").exists() for name in "bc"))
    ended.close()
    assert [process.poll() for process in lives.started] == [0, 130, 130]
    assert all((tmp_path / f"{name}.put-away").exists() for name in "bc")
    assert threading.active_count() == 1 or all("ThreadPool" not in thread.name for thread in threading.enumerate())
