"""Several processes on one study, and a process that is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from genrekit_tune.jobs import tune_with_jobs
from tuned_recipes import LR, Said, params, searching, values, write_recipe

KILLS = """
import os, signal
from pathlib import Path
import genrekit

@genrekit.hookimpl(trylast=True)
def epoch_ended(event):
    done = Path(event.folder).parents[2] / "killed"
    if event.recipe.name == "trial-0001" and event.epoch == 2 and not done.exists():
        done.touch()
        os.kill(os.getpid(), signal.SIGKILL)
"""


def genrekit_process(arguments: Sequence[object], folder: Path) -> int:
    """The exit code of the command line in a process of its own."""
    command = [sys.executable, "-m", "genrekit", *map(str, arguments)]
    environment = {**os.environ, "GENREKIT_HUGE_PAGES": "0"}
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def test_two_processes_share_the_trials(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, f"trials = 5\npruner = 'none'\n{LR}")
    told = Said()
    tune_with_jobs(recipe, ["train.epochs=1"], tmp_path / "study", 2, tmp_path / "store", told)
    done = searching(tmp_path, f"trials = 5\npruner = 'none'\n{LR}", "train.epochs=1")
    trials = done.study.trials.get_trials(deepcopy=False)
    assert [trial.state.name for trial in trials] == ["COMPLETE"] * 5
    assert len({trial.user_attrs["folder"] for trial in trials}) == 5
    assert any("5 trials: 5 complete" in line for line in told.lines)


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    tune = f"trials = 3\npruner = 'none'\n{LR}"
    recipe = write_recipe(tmp_path, tune)
    (tmp_path / "kills.py").write_text(KILLS)
    command = ["--plugin", tmp_path / "kills.py", "tune", recipe, "--study", tmp_path / "study"]
    command += ["--store", tmp_path / "store"]
    assert genrekit_process(command, tmp_path) == -9
    killed = searching(tmp_path, tune)
    assert [trial.state.name for trial in killed.study.trials.get_trials(deepcopy=False)] == ["COMPLETE", "RUNNING"]
    killed.go()
    whole = searching(tmp_path, tune, study="whole")
    whole.go()
    assert params(killed) == params(whole)
    assert values(killed) == values(whole)
    (again,) = (tmp_path / "study" / "runs" / "trial-0001").iterdir()
    assert len((again / "history.jsonl").read_text().splitlines()) == 2


def test_a_trial_that_always_kills_its_process_is_given_up(tmp_path: Path) -> None:
    tune = f"trials = 2\npruner = 'none'\n{LR}"
    first = searching(tmp_path, tune, "train.epochs=1")
    # As a process leaves it that is gone: begun, and locked by nobody.
    for _ in range(3):
        claim = first.study._claim()
        assert claim is not None
        assert claim.number == 0
        claim.lock.release()
    second = searching(tmp_path, tune, "train.epochs=1")
    second.go()
    states = [trial.state.name for trial in second.study.trials.get_trials(deepcopy=False)]
    assert states == ["FAIL", "COMPLETE"]
    assert "ended without a word" in second.study.trials.get_trials()[0].user_attrs["error"]
