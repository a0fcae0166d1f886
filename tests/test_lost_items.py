"""Items that somebody takes out of the store while a run trains on them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_running import history, weights
from toy_runs import ToyRuns, write

from genrekit import errors, finishing, pipeline, running
from genrekit.export import Export


@pytest.fixture(autouse=True)
def _no_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finishing, "export_checked", lambda *_: Export(reason="left out"))


def after_epoch(monkeypatch: pytest.MonkeyPatch, epoch: int, mishap: Callable[[], object]) -> None:
    """Let something happen when an epoch has ended."""
    original = pipeline.Run.epoch_ended

    def happening(self: Any, line: dict[str, float]) -> Any:
        if line["epoch"] == epoch:
            mishap()
        return original(self, line)

    monkeypatch.setattr(pipeline.Run, "epoch_ended", happening)


def spoil(root: Path) -> None:
    """Some items are gone, some are cut short."""
    items = sorted(root.rglob("*.safetensors"))
    for item in items[::2]:
        item.unlink()
    for item in items[1::4]:
        item.write_bytes(item.read_bytes()[:40])


@pytest.mark.parametrize("options", [(), ("augment.0.on=waveform",), ("executor={use='serial'}",)])
def test_lost_items_are_made_again_with_the_same_bits(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    whole = toy.run(*options).folder
    after_epoch(monkeypatch, 1, lambda: spoil(toy.root / "other"))
    folder = toy.run(*options, store="other").folder
    assert weights(folder) == weights(whole)
    assert history(folder) == history(whole)


def test_store_that_is_removed_altogether_is_made_again(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = toy.run().folder
    after_epoch(monkeypatch, 2, lambda: shutil.rmtree(toy.root / "other"))
    assert weights(toy.run(store="other").folder) == weights(whole)


@pytest.mark.parametrize("mishap", ["gone", "another"])
def test_recording_that_is_gone_as_well_is_told_and_the_run_goes_on_later(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch, mishap: str
) -> None:
    whole, tones = toy.run().folder, toy.root / "kept"
    shutil.copytree(toy.tones, tones)

    def lose() -> None:
        shutil.rmtree(toy.root / "other")
        for path in toy.tones.rglob("*.wav"):
            if mishap == "gone":
                path.unlink()
            else:
                write(path, np.random.default_rng(1).normal(size=6000) * 0.1)

    with monkeypatch.context() as patch:
        after_epoch(patch, 2, lose)
        with pytest.raises(errors.DataError, match=r"the store has lost what was made of .*wav") as caught:
            toy.run(store="other")
        assert "no such file" in str(caught.value) if mishap == "gone" else "another by now" in str(caught.value)
    shutil.rmtree(toy.tones)
    shutil.copytree(tones, toy.tones)
    folder = max((toy.root / "runs" / "toy").iterdir())
    running.resume_run(folder, store=toy.root / "other")
    assert weights(folder) == weights(whole)
