"""Examples that stay on the device are read once, and change nothing. Forced on the CPU, which gains nothing by it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_runs import ToyRuns

from genrekit import resident
from genrekit.examples import Examples
from genrekit.pipeline import RunResult
from genrekit.resident import ResidentExamples, kept_on
from genrekit.store import Store

CPU = torch.device("cpu")


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resident, "free_bytes", lambda device: 2**30)


def examples(store: Store, *shapes: tuple[int, ...]) -> Examples:
    """One example a shape, each filled with its number."""
    for row, shape in enumerate(shapes):
        store.put(f"{row:040x}", np.full((1, *shape), row, np.float16), {})
    count = len(shapes)
    keys = {row: f"{row:040x}" for row in range(count)}
    return Examples(store, keys, np.arange(count), np.zeros(count, np.int64), np.zeros((count, 2), np.float32))


def answers(result: RunResult) -> tuple[str, list[float]]:
    weights = (result.folder / "checkpoints" / "last.safetensors").read_bytes()
    lines = (result.folder / "history.jsonl").read_text().splitlines()
    return hashlib.sha256(weights).hexdigest(), [json.loads(line)["train_loss"] for line in lines]


def test_a_run_reads_each_example_once_and_learns_the_same(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = toy.run()
    read: Counter[str] = Counter()
    window = Store.window

    def counted(store: Store, key: str, index: int) -> np.ndarray:
        read[f"{key} {index}"] += 1
        return window(store, key, index)

    monkeypatch.setattr(Store, "window", counted)
    monkeypatch.setattr(resident, "free_bytes", lambda device: 2**30)
    held = toy.run()
    # The first of each part is looked at once more, for its shape.
    assert sorted(set(read.values())) == [1, 2]
    assert list(read.values()).count(2) == 2
    assert answers(held)[1] == answers(plain)[1]
    assert held.metrics == plain.metrics


@pytest.mark.usefixtures("room")
def test_loads_what_is_missing_in_any_order(tmp_path: Path) -> None:
    found = kept_on(CPU, examples(Store(tmp_path), *[(1, 2, 3)] * 5))
    assert isinstance(found, ResidentExamples)
    for indices in ([3, 1], [1, 4, 1, 0], [], [0, 1, 2, 3, 4]):
        loaded = found.load(np.asarray(indices, np.int64))
        assert [int(window.unique()) for window in loaded] == indices
        assert all(window.dtype == torch.float16 for window in loaded)


@pytest.mark.parametrize("shape", [(1, 2, 3), (7,)])
def test_stays_in_the_store_without_room_and_as_waveforms(
    tmp_path: Path, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waveforms may differ in length."""
    found = examples(Store(tmp_path), shape, shape)
    assert kept_on(CPU, found) is found
    size = 2 * 2 * int(np.prod(shape))
    monkeypatch.setattr(resident, "free_bytes", lambda device: size * 4 - 1 if len(shape) > 1 else 2**30)
    assert kept_on(CPU, found) is found
    monkeypatch.setattr(resident, "free_bytes", lambda device: size * 4)
    assert (kept_on(CPU, found) is found) == (len(shape) == 1)
