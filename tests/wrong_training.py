"""Short runs of training alone, with networks that go wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from test_running import toy_module

from genrekit.training import memory

SHORT = ("train.epochs=1", "train.precision=float32")


@pytest.fixture(autouse=True)
def _nothing_but_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """The graph and the report take most of a small run's time."""
    from genrekit import export, finishing, report

    monkeypatch.setattr(finishing, "export_checked", lambda *_: export.Export(reason="left out"))
    monkeypatch.setattr(report, "write_report", lambda *_: None)
    # Looking for garbage takes long among all that other tests have imported.
    monkeypatch.setattr(memory, "release", lambda: None)


def replace_model(monkeypatch: pytest.MonkeyPatch, build: Callable[[Any, int], Any]) -> None:
    """Let the toy model build another network."""
    monkeypatch.setattr(toy_module().Small, "build", lambda self, shape, classes: build(shape, classes))


def greedy(shape: Any, classes: int, most: int, error: Exception, when: str = "training") -> torch.nn.Module:
    """A network that has memory for ``most`` examples."""

    class Greedy(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = torch.nn.Linear(shape.channels * shape.bins * shape.frames, classes)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if len(x) > most and self.training == (when == "training"):
                raise error
            answer: torch.Tensor = self.linear(x.flatten(1))
            return answer

    return Greedy()
