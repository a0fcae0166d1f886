"""Memory that does not suffice for training is told, with the size of a batch for which it would."""

from __future__ import annotations

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from toy_runs import ToyRuns
from wrong_training import SHORT, greedy, replace_model
from wrong_training import _nothing_but_training as _nothing_but_training

from genrekit import errors, running
from genrekit.training import memory

OUT_OF_MEMORY = (
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("MPS backend out of memory (MPS allocated: 1 GB)"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory: you tried"),
    MemoryError(),
)


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(("most", "size"), [(5, 4), (2, 2), (1, 1)])
def test_too_large_a_batch_says_which_fits(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch, error: Exception, most: int, size: int
) -> None:
    replace_model(monkeypatch, lambda shape, classes: greedy(shape, classes, most, error))
    with pytest.raises(errors.TrainingError, match="out of memory while training on 8 examples at once") as caught:
        toy.run(*SHORT, "train.batch_size=8")
    assert f"--set train.micro_batch_size={size}: {size} at once fit" in str(caught.value)
    assert "gradients add up to those of the batch of 8" in str(caught.value)


def test_what_is_said_to_fit_fits_also_on_the_way(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size is written into the recipe of the run folder, and the run goes on."""
    replace_model(monkeypatch, lambda shape, classes: greedy(shape, classes, 3, OUT_OF_MEMORY[0]))
    with pytest.raises(errors.TrainingError) as caught:
        toy.run(*SHORT)
    found = re.search(r"train\.micro_batch_size=(\d+)", str(caught.value))
    assert found
    (folder,) = (toy.root / "runs" / "toy").iterdir()
    written = (folder / "recipe.toml").read_text()
    (folder / "recipe.toml").write_text(
        written.replace("batch_size = 5", f"batch_size = 5\nmicro_batch_size = {found[1]}")
    )
    assert running.resume_run(folder, store=toy.root / "store").metrics["epochs"] == 1


def test_one_example_that_is_too_large_is_told(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_model(monkeypatch, lambda shape, classes: greedy(shape, classes, 0, OUT_OF_MEMORY[0]))
    with pytest.raises(errors.TrainingError, match="1 examples at once") as caught:
        toy.run(*SHORT, "train.micro_batch_size=1")
    assert "one example alone is too large" in str(caught.value)


def test_no_size_that_fits_is_made_up(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_model(monkeypatch, lambda shape, classes: greedy(shape, classes, 0, OUT_OF_MEMORY[0]))
    with pytest.raises(errors.TrainingError, match="out of memory while training on 5 examples") as caught:
        toy.run(*SHORT)
    assert "2 at once may fit" in str(caught.value)


def test_evaluation_without_memory_is_told(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_model(monkeypatch, lambda shape, classes: greedy(shape, classes, 2, OUT_OF_MEMORY[0], "evaluating"))
    with pytest.raises(errors.TrainingError, match="out of memory while evaluating 5 examples at once"):
        toy.run(*SHORT)
    assert toy.run(*SHORT, "train.micro_batch_size=2").metrics["epochs"] == 1


def test_other_errors_are_left_as_they_are(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    for when in ("training", "evaluating"):
        error = RuntimeError("shapes do not match")
        with monkeypatch.context() as patch:
            replace_model(patch, lambda shape, classes: greedy(shape, classes, 0, error, when))  # noqa: B023
            with pytest.raises(RuntimeError, match="shapes do not match"):
                toy.run(*SHORT)


@given(st.integers(1, 300), st.integers(0, 300))
def test_size_that_fits_is_found_by_halving(size: int, room: int) -> None:
    def attempt(examples: int) -> None:
        if examples > room:
            raise torch.OutOfMemoryError

    halves = [size >> shift for shift in range(1, 10) if size >> shift]
    assert memory.largest_that_fits(attempt, size) == next((half for half in halves if half <= room), None)
