"""``genrekit run``: what it says, what it refuses, and how it stops and goes on."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from toy_runs import RECIPE, TOY, ToyRuns

Command = Callable[..., Any]

WAITING = Path(__file__).with_name("waiting_plugin.py")


@pytest.fixture
def here(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a recipe and tones."""
    monkeypatch.chdir(toy.root)
    monkeypatch.setenv("GENREKIT_STORE", "store")
    return toy.root


def history(folder: Path) -> list[dict[str, float]]:
    """The lines of ``history.jsonl``."""
    return [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]


def test_run_says_what_it_does(command: Command, here: Path) -> None:
    answer = command("run", "recipe.toml", "--plugin", TOY, "--set", "train.epochs=2")
    assert (answer.code, answer.err) == (0, "")
    folder = (here / "runs" / "latest").resolve()
    shown = folder.relative_to(here)
    said = answer.out.splitlines()
    assert said[0] == "toy: 18 clips, 3 classes (12 train, 6 validation)"
    assert said[1].endswith(f"1 threads; run folder {shown}")
    assert said[2] == "18 clips ready, 36 windows, 0 from the store"
    titles = ["epoch", "train", "loss", "valid", "loss", "accuracy", "macro", "F1", "lr", "seconds"]
    assert said[3].split() == titles
    for line, past in zip(said[4:6], history(folder), strict=True):
        epoch, train_loss, loss, *_ = line.split()
        assert epoch == f"{past['epoch']}/2"
        assert (train_loss, loss) == (f"{past['train_loss']:.4g}", f"{past['loss']:.4g}")
    metrics = json.loads((folder / "metrics.json").read_text())
    title, _, figures = said[6].partition(": ")
    assert title == f"validation (epoch {metrics['best_epoch']})"
    accuracy, macro_f1 = (re.search(rf"{name} ([\d.]+)", figures) for name in ("accuracy", "macro F1"))
    assert accuracy
    assert macro_f1
    assert float(accuracy[1]) == pytest.approx(metrics["validation"]["accuracy"], abs=0.01)
    assert float(macro_f1[1]) == pytest.approx(metrics["validation"]["macro_f1"], abs=0.01)
    assert said[-2:] == [f"report {shown / 'report.html'}", "try: genrekit predict SONG"]


def test_quiet_run_says_nothing(command: Command, here: Path) -> None:
    answer = command("run", "recipe.toml", "--plugin", TOY, "--set", "train.epochs=1", "--quiet")
    assert answer == (0, "", "")
    assert (here / "runs" / "latest" / "bundle" / "bundle.json").is_file()


def test_folders_and_profile(command: Command, here: Path) -> None:
    answer = command(
        "run", "recipe.toml", "--plugin", TOY, "--set", "train.epochs=1",
        "--runs", "elsewhere", "--store", "kept", "--profile",
    )  # fmt: skip
    folder = (here / "elsewhere" / "latest").resolve()
    assert f"try: genrekit predict SONG --model {folder.relative_to(here)}" in answer.out
    assert json.loads((folder / "profile.json").read_text())["decode"]["times"] == 18
    assert any((here / "kept").iterdir())
    assert not (here / "runs").exists()
    assert not (here / "store").exists()


def test_which_recipe(command: Command) -> None:
    assert command("run") == (2, "", "which recipe?\n  try: genrekit run examples/quickstart.toml\n")


def test_recipe_that_is_not_there(command: Command, here: Path) -> None:
    answer = command("run", "recip.toml")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("no recipe at recip.toml\n  why: the recipes in . are recipe.toml\n")


def test_mistakes_stop_before_anything_is_made(command: Command, here: Path) -> None:
    answer = command("run", "recipe.toml", "--plugin", TOY, "--set", "train.epoch=3", "--set", "model.width=0")
    assert (answer.code, answer.out) == (2, "")
    assert "--set train.epoch=3: [train] unknown option 'epoch'; did you mean 'epochs'?" in answer.err
    assert "--set model.width=0: [model] 'width'" in answer.err
    assert not (here / "runs").exists()


def test_a_data_set_that_is_not_there_is_told_with_the_recipes_line(command: Command, here: Path) -> None:
    text = RECIPE.replace('use = "toy-tones"', 'use = "folder"').replace('root = "tones"', 'root = "nowhere"')
    (here / "recipe.toml").write_text(text)
    line = text.splitlines().index('root = "nowhere"') + 1
    answer = command("run", "recipe.toml", "--plugin", TOY)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f'recipe.toml:{line}: there is no folder {here}/nowhere\n    root = "nowhere"\n')
    answer = command("run", "recipe.toml", "--plugin", TOY, "--set", "dataset.root=other")
    assert answer.err.startswith(f"--set dataset.root=other: there is no folder {here}/other\n  why: ")


def test_no_run_is_called_latest(command: Command, here: Path) -> None:
    answer = command("run", "recipe.toml", "--plugin", TOY, "--set", "name=latest")
    assert (answer.code, answer.out) == (2, "")
    assert "cannot be latest: runs/latest leads to the newest run" in answer.err


def test_resuming_what_is_no_run(command: Command, here: Path) -> None:
    answer = command("run", "--resume", "tones")
    assert answer.code == 2
    assert answer.err == "tones is not a run folder: it holds no recipe.toml\n  try: genrekit run RECIPE\n"


@pytest.mark.parametrize("more", [["recipe.toml"], ["--set", "train.epochs=9"]])
def test_resuming_changes_no_recipe(command: Command, here: Path, more: list[str]) -> None:
    answer = command("run", "--resume", "runs/latest", *more)
    assert answer.code == 2
    assert answer.err.startswith("--resume takes the recipe from the run folder\n")


def test_resuming_a_finished_run_changes_nothing(command: Command, here: Path) -> None:
    assert command("run", "recipe.toml", "--plugin", TOY).code == 0
    kept = {name: (here / "runs/latest" / name).read_bytes() for name in ("history.jsonl", "metrics.json")}
    answer = command("run", "--resume", "runs/latest", "--plugin", TOY)
    folder = (here / "runs/latest").resolve()
    assert answer == (0, f"{folder} is finished, after 3 epochs: there is nothing left to do\n", "")
    assert {name: (here / "runs/latest" / name).read_bytes() for name in kept} == kept


def test_resuming_takes_no_other_runs_folder(command: Command, here: Path) -> None:
    answer = command("run", "--resume", "runs/latest", "--runs", "elsewhere")
    assert answer.code == 2
    assert answer.err.startswith("--resume goes on in the run folder, so --runs has no meaning\n")


def test_resuming_can_profile_and_keep_the_store_small(command: Command, here: Path) -> None:
    assert command("run", "recipe.toml", "--plugin", TOY, "--set", "features.bands=4").code == 0
    assert command("run", "recipe.toml", "--plugin", TOY).code == 0
    (here / "runs/latest/status.json").write_text('{"status": "running"}')
    answer = command("run", "--resume", "runs/latest", "--plugin", TOY, "--profile", "--store-size", "1k")
    assert (answer.code, answer.err) == (0, "")
    assert "18 items used longest ago left the store" in answer.out
    assert json.loads((here / "runs/latest/profile.json").read_text())["evaluate"]["times"] > 0


class Interruption:
    """A run in a process of its own that gets Ctrl-C while it waits in the epoch named."""

    def __init__(self, root: Path, epoch: str) -> None:
        self.root, self.flag = root, root / "waiting"
        (root / "recipe.toml").write_text(RECIPE.replace("[model]", '[[augment]]\nuse = "waiting"\n\n[model]'))
        line = ["run", "recipe.toml", "--plugin", str(TOY), "--plugin", str(WAITING)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "genrekit", *line],
            cwd=root,
            env=os.environ | {"WAIT_IN": epoch, "WAIT_FILE": str(self.flag)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            # Children of a shell's background jobs start out deaf to Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    def interrupt(self) -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        try:
            deadline = time.monotonic() + 60
            while not self.flag.exists() and self.process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
            self.process.send_signal(signal.SIGINT)
            out, err = self.process.communicate(timeout=60)
        finally:
            self.process.kill()
        return self.process.returncode, out, err


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
@pytest.mark.parametrize(("epoch", "trained"), [("first", 0), ("second", 2)])
def test_interrupted_run_goes_on(command: Command, here: Path, epoch: str, trained: int) -> None:
    code, out, err = Interruption(here, epoch).interrupt()
    assert (code, err) == (130, "")
    (folder,) = (here / "runs" / "toy").iterdir()
    stopped = f"stopped in epoch {trained + 1}; keeping epoch {trained}." if trained else "stopped."
    (words,) = [line for line in out.splitlines() if line.startswith(stopped)]
    line = shlex.split(words.partition("Go on with: ")[2])
    assert line[:4] == ["genrekit", "run", "--resume", str(folder.relative_to(here))]
    assert line[4:] == ["--plugin", str(TOY), "--plugin", str(WAITING)]
    assert (folder / "bundle" / "model.onnx").exists() is bool(trained)
    assert "Traceback" not in out
    answer = command(*line[1:])
    assert (answer.code, answer.err) == (0, "")
    assert [past["epoch"] for past in history(folder)] == [1, 2, 3]
    assert json.loads((folder / "metrics.json").read_text())["epochs"] == 3
    (prediction,) = json.loads(command("predict", "tones/high/0.wav", "--format", "json").out)
    assert prediction["label"] == "high"
