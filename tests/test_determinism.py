"""The same recipe gives the same bits, whoever extracts, and however many; what would not is forbidden on demand."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
import torch
from test_running import history, toy_module, weights
from toy_runs import ToyRuns

from genrekit import determinism, errors, finishing
from genrekit.export import Export

EXECUTORS = (
    "{use='serial'}",
    "{use='threads', workers=1}",
    "{use='threads', workers=3}",
    "{use='processes', workers=2}",
    "{use='toy-threads', workers=4}",
)

FEATURES = (
    "{use='toy-bands'}",
    "{use='log-mel', sample_rate=8000, n_fft=256, hop_length=128, n_mels=24, frames=32}",
    "{use='mfcc', sample_rate=8000, n_fft=256, hop_length=128, n_mels=24, n_mfcc=12, frames=32}",
)


@pytest.fixture(autouse=True)
def _no_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finishing, "export_checked", lambda *_: Export(reason="left out"))


@pytest.mark.parametrize("features", FEATURES, ids=lambda text: text.split("'")[1])
def test_executors_and_their_workers_decide_nothing(toy: ToyRuns, features: str) -> None:
    """Each with a store of its own, so that each extracts."""
    folders = [
        toy.run("train.epochs=2", f"features={features}", f"executor={executor}", store=f"store-{number}").folder
        for number, executor in enumerate(EXECUTORS)
    ]
    assert len({weights(folder) for folder in folders}) == 1
    assert all(history(folder) == history(folders[0]) for folder in folders)


def test_torchs_threads_before_a_run_decide_nothing(toy: ToyRuns) -> None:
    before, found = torch.get_num_threads(), set()
    try:
        for threads in (1, 2, 4):
            torch.set_num_threads(threads)
            for executor in EXECUTORS[:2]:
                folder = toy.run("train.epochs=1", f"executor={executor}", store=f"{threads}-{len(executor)}").folder
                found.add(weights(folder))
    finally:
        torch.set_num_threads(before)
    assert len(found) == 1


def test_models_threads_are_written_down(toy: ToyRuns) -> None:
    """They may decide the last bits, so the recipe of the run says how many there were."""
    recipe = toy.recipe.read_text().replace("threads = 1\n", "")
    assert "threads" not in recipe.replace("toy-threads", "")
    toy.recipe.write_text(recipe)
    folder = toy.run("train.epochs=1").folder
    assert re.search(r"^threads = \d+$", (folder / "recipe.toml").read_text(), flags=re.MULTILINE)


def test_deterministic_changes_nothing_on_a_cpu(toy: ToyRuns) -> None:
    before = torch.get_deterministic_debug_mode()
    plain, forbidden = (toy.run(f"train.deterministic={value}").folder for value in ("false", "true"))
    assert weights(plain) == weights(forbidden)
    assert torch.get_deterministic_debug_mode() == before


class Scattering(torch.nn.Module):
    """Uses an operation that torch knows to depend on the order of threads, on CPUs too."""

    def __init__(self, size: int, classes: int) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(size, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.flatten(1).clone()
        return self.linear(x.put(torch.tensor([0, 0]), torch.tensor([1.0, 2.0])))


def test_what_rounds_otherwise_every_time_is_named(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(self: Any, shape: Any, classes: int) -> Any:
        return Scattering(shape.channels * shape.bins * shape.frames, classes)

    monkeypatch.setattr(toy_module().Small, "build", build)
    toy.run("train.epochs=1")
    before = torch.get_deterministic_debug_mode()
    with pytest.raises(errors.TrainingError, match=r"train\.deterministic forbids put_") as caught:
        toy.run("train.epochs=1", "train.deterministic=true")
    assert "train.device=cpu" in str(caught.value)
    assert torch.get_deterministic_debug_mode() == before


def test_workspaces_are_asked_for_before_the_gpu_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(determinism.WORKSPACE, "x")
    determinism.prepare(True)
    assert os.environ[determinism.WORKSPACE] == "x"
    monkeypatch.delenv(determinism.WORKSPACE)
    determinism.prepare(False)
    assert determinism.WORKSPACE not in os.environ
    determinism.prepare(True)
    assert os.environ[determinism.WORKSPACE] == ":4096:8"
    monkeypatch.delenv(determinism.WORKSPACE)


def test_being_too_late_is_told() -> None:
    said = f"Deterministic behavior was enabled with ... set {determinism.WORKSPACE}=:4096:8"
    with pytest.raises(errors.TrainingError, match="came too late"), determinism.enforced(True):
        raise RuntimeError(said)
    with pytest.raises(RuntimeError, match="of another kind"), determinism.enforced(True):
        raise RuntimeError("of another kind")
