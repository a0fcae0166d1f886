"""Several processes give what one gives, and write one run folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from toy_runs import TOY, ToyRuns

from genrekit.processes import Processes
from genrekit.shared_batch import SharedBatchNorm, share_batches


@given(st.integers(0, 1000), st.integers(1, 9))
def test_shares_cover_everything_once(total: int, count: int) -> None:
    rows = list(range(total))
    shares = [rows[Processes(rank, count).share(total)] for rank in range(count)]
    assert [row for share in shares for row in share] == rows
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_alone_nothing_is_exchanged() -> None:
    alone = Processes()
    tensor = torch.ones(3)
    assert alone.add(tensor) is tensor
    assert alone.agree("x") == "x"
    module = nn.Sequential(nn.BatchNorm1d(2))
    assert share_batches(module, alone, None) is module  # type: ignore[arg-type]
    assert isinstance(module[0], nn.BatchNorm1d)


def test_shared_batch_norm_evaluates_as_torch_does() -> None:
    layer = nn.BatchNorm2d(3)
    layer(torch.randn(8, 3, 4, 4))
    x = torch.randn(2, 3, 4, 4)
    assert torch.equal(SharedBatchNorm(layer).eval()(x), layer.eval()(x))
    assert list(SharedBatchNorm(layer).state_dict()) == list(layer.state_dict())


MIXED = (
    "augment=[{use='toy-louder', on='waveform'}, {use='between-class', frame_length=256}, {use='mixup', alpha=1}]",
    "train.micro_batch_size=3",
    "train.sampling=balanced",
    "train.clip_gradients=0.5",
)
"""Mixers draw partners from all clips; pieces of batches are shared each for itself."""


@pytest.mark.parametrize(
    ("launcher", "options"),
    [
        ("torchrun", ()),
        ("accelerate", ("train.ensemble_size=2",)),
        ("torchrun", (*MIXED, "train.average={decay=0.9}")),
        ("torchrun", (*MIXED, "train.average={kind='equal', from_epoch=2}")),
    ],
)
def test_two_processes_give_one_processes_figures(toy: ToyRuns, launcher: str, options: tuple[str, ...]) -> None:
    """Batch normalisation, dropout, augmentation and an odd last batch included; 24 training windows in fives."""
    single = toy.run("train.precision=float32", *options).folder
    recipe = single / "recipe.toml"
    launch = {
        "torchrun": ["torch.distributed.run", "--nproc-per-node", "2", "--rdzv-endpoint", "127.0.0.1:0",
                     "--rdzv-backend", "c10d"],
        "accelerate": ["accelerate.commands.launch", "--cpu", "--num_processes", "2", "--num_machines", "1",
                       "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"],
    }[launcher]  # fmt: skip
    genrekit = ["-m", "genrekit", "run", str(recipe), "--runs", str(toy.root / "two"), "--store", str(toy.root / "s")]
    environment = {**os.environ, "GENREKIT_PLUGINS": str(TOY), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", *launch, *genrekit]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    folders = list((toy.root / "two" / "toy").iterdir())
    assert len(folders) == 1
    assert figures(folders[0]) == pytest.approx(figures(single), abs=2e-5)
    assert (folders[0] / "bundle" / "model.onnx").exists()
    assert len((folders[0] / "predictions.csv").read_text().splitlines()) == 1 + 6
    assert done.stdout.count("clips ready") == 1


@pytest.mark.slow
def test_folds_on_two_processes_give_one_processes_figures(toy: ToyRuns) -> None:
    overrides = ["split={use='toy-folds', folds=2, validation=false}", "train.keep=last", "train.epochs=1",
                 "train.precision=float32", "train.batch_size=4"]  # fmt: skip
    single = toy.run(*overrides, folds=True).folder
    launch = ["torch.distributed.run", "--nproc-per-node", "2", "--rdzv-endpoint", "127.0.0.1:0"]
    options = ["--folds", "--runs", str(toy.root / "two"), "--store", str(toy.root / "store")]
    options += [word for override in overrides for word in ("--set", override)]
    command = [sys.executable, "-m", *launch, "--rdzv-backend", "c10d", "-m", "genrekit", "run", str(toy.recipe)]
    environment = {**os.environ, "GENREKIT_PLUGINS": str(TOY), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([*command, *options], env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder,) = (toy.root / "two" / "toy").iterdir()
    one, two = (json.loads((path / "summary.json").read_text()) for path in (single, folder))
    assert (two["status"], two["data"]) == ("finished", one["data"])
    for run, other in zip(one["runs"], two["runs"], strict=True):
        assert other["figures"] == pytest.approx(run["figures"], abs=2e-5)
    assert done.stdout.count("all together") == 1


def figures(folder: Path) -> dict[str, float]:
    """Every figure of every epoch."""
    lines = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    kept = {
        f"{line['epoch']} {name}": value
        for line in lines
        for name, value in line.items()
        if not name.endswith("_s") and name != "epoch"
    }
    validation = json.loads((folder / "metrics.json").read_text())["validation"]
    plain = {name: value for name, value in validation.items() if isinstance(value, float)}
    return kept | {f"final {name}": value for name, value in plain.items()}


def test_more_processes_than_examples_in_a_batch_are_refused(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    from genrekit.errors import TrainingError

    monkeypatch.setattr("genrekit.processes.Processes.join", classmethod(lambda cls, on_cpu: Processes(0, 9)))
    monkeypatch.setattr("genrekit.processes.Processes.agree", lambda self, value: value)
    monkeypatch.setattr("genrekit.processes.Processes.wait", lambda self: None)
    with pytest.raises(TrainingError, match="9 processes cannot share a batch of 4"):
        toy.run()


def test_first_process_that_fails_leaves_nobody_waiting(toy: ToyRuns) -> None:
    """The second one waits for what the first prepares; torch would let it wait for half an hour."""
    (toy.root / "file").touch()
    genrekit = ["-m", "genrekit", "run", str(toy.recipe), "--runs", str(toy.root / "two"), "--store"]
    launch = ["torch.distributed.run", "--nproc-per-node", "2", "--rdzv-endpoint", "127.0.0.1:0", "--rdzv-backend"]
    command = [sys.executable, "-m", *launch, "c10d", *genrekit, str(toy.root / "file")]
    environment = {**os.environ, "GENREKIT_PLUGINS": str(TOY), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode != 0
    assert str(toy.root / "file") in done.stderr
    assert "internal error" not in done.stderr
