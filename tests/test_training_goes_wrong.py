"""Training that goes wrong is caught, says what it was, and what to do about it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from test_running import Notebook, history, toy_module, weights
from toy_runs import ToyRuns, write
from wrong_training import SHORT, greedy, replace_model
from wrong_training import _nothing_but_training as _nothing_but_training

from genrekit import errors, running
from genrekit.evaluation import compute_logits
from genrekit.training import examination, learning, loop
from genrekit.training.batches import Batches
from genrekit.training.bounds import batch_bounds

# A loss that is no number, or beyond measure


def test_loss_that_is_lost_later_says_how_to_keep_what_there_is(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    original = learning.Learner.step

    def failing(self: Any, epoch: int, step: int, pieces: Any) -> float:
        return float("nan") if (epoch, step) == (3, 1) else original(self, epoch, step, pieces)

    with monkeypatch.context() as patch:
        patch.setattr(learning.Learner, "step", failing)
        with pytest.raises(errors.TrainingError, match="the loss is nan in epoch 3, batch 2 of 5") as caught:
            toy.run()
        assert "write epochs = 2 into the run folder's recipe.toml and --resume" in str(caught.value)
    (folder,) = (toy.root / "runs" / "toy").iterdir()
    written = (folder / "recipe.toml").read_text()
    (folder / "recipe.toml").write_text(written.replace("epochs = 3", "epochs = 2"))
    narrator = Notebook()
    result = running.resume_run(folder, store=toy.root / "store", narrator=narrator)
    assert result.metrics["epochs"] == 2
    assert any(
        "the recipe was changed on the way" in said and "train.epochs was 3, is 2" in said for said in narrator.said
    )


def test_rate_at_which_training_diverges_is_told(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loss stays a number here: cross-entropy grows with the logits, and no further."""
    replace_model(monkeypatch, lambda shape, classes: greedy(shape, classes, 99, MemoryError()))
    with pytest.raises(errors.TrainingError, match=r"training diverges: the mean loss is .* in epoch 1") as caught:
        toy.run("train.optimizer.lr=1e4", *SHORT)
    assert "a lower learning rate" in str(caught.value)
    assert "write epochs" not in str(caught.value)


def test_first_loss_outlives_a_resume(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    original = loop.Training._judge

    def stopping(self: Any, line: dict[str, float]) -> None:
        original(self, line)
        if line["epoch"] == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop.Training, "_judge", stopping)
        folder = toy.run().folder
    seen: list[float] = []
    monkeypatch.setattr(loop, "refuse_explosion", lambda loss, first, epoch: seen.append(first))
    running.resume_run(folder, store=toy.root / "store")
    assert len(set(seen)) == 1
    assert seen[0] > 0.5


# Classes and features


def test_one_class_is_nothing_to_tell_apart(toy: ToyRuns) -> None:
    for name in ("low", "middle"):
        for path in (toy.tones / name).iterdir():
            path.unlink()
    with pytest.raises(errors.DataError, match="all 6 clips have the label 'high': there is nothing to tell apart"):
        toy.run(*SHORT)


def test_class_that_only_the_other_parts_have_is_named(toy: ToyRuns) -> None:
    # Every third clip validates: that of the new class alone.
    (toy.tones / "zither").mkdir()
    write(toy.tones / "zither" / "0.wav", np.random.default_rng(0).normal(size=6000) * 0.1)
    for path in sorted((toy.tones / "middle").iterdir())[:2]:
        path.unlink()
    parts = [index % 3 for index in range(17)]
    assert parts[16] == 1
    for path in sorted((toy.tones / "middle").iterdir())[:2]:
        path.unlink()
    with pytest.raises(errors.DataError, match="no usable training clip is left of: zither"):
        toy.run(*SHORT)


def test_class_without_validation_clips_is_told_and_written_down(toy: ToyRuns) -> None:
    for name in ("0", "1"):
        (toy.tones / "low" / f"{name}.wav").rename(toy.tones / "high" / f"x{name}.wav")
    paths = sorted((toy.tones / "low").iterdir())
    for place, path in enumerate(sorted(toy.tones.rglob("*.wav"))):
        if path in paths and place % 3 == 2:
            path.write_bytes(b"")
    narrator = Notebook()
    folder = toy.run(*SHORT, narrator=narrator).folder
    assert "no validation clip of low: figures of that part say nothing of it" in narrator.said
    assert json.loads((folder / "data.json").read_text())["absent"] == {"validation": ["low"]}


@pytest.mark.parametrize("stage", ["features", "waveform"])
def test_recordings_that_are_all_the_same_are_refused(toy: ToyRuns, stage: str) -> None:
    for path in toy.tones.rglob("*.wav"):
        write(path, np.zeros(4096))
    with pytest.raises(errors.DataError, match=r"all training examples look the same \(12 of 12 were compared\)"):
        toy.run(*SHORT, f"augment.0.on={stage}")


def test_features_that_leave_nothing_are_refused(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing(torch.nn.Module):
        def forward(self, waveform: torch.Tensor) -> torch.Tensor:
            return torch.zeros(len(waveform), 1, 8, 8)

    monkeypatch.setattr(toy_module().Bands, "build", lambda self: Nothing())
    with pytest.raises(errors.DataError, match="all training examples look the same"):
        toy.run(*SHORT)


# Batches of one


@given(st.integers(1, 200), st.integers(1, 40))
def test_batches_hold_each_example_once_and_none_alone(examples: int, size: int) -> None:
    bounds = batch_bounds(examples, size)
    assert [index for start, end in bounds for index in range(start, end)] == list(range(examples))
    sizes = [end - start for start, end in bounds]
    assert max(sizes) <= size + 1
    assert size == 1 or examples == 1 or min(sizes) > 1
    assert all(length == size for length in sizes[:-1])


def flat_norm(shape: Any, classes: int) -> torch.nn.Module:
    """Batch normalisation over examples alone, which one example breaks."""
    size = shape.channels * shape.bins * shape.frames
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.BatchNorm1d(size), torch.nn.Linear(size, classes))


def test_last_example_joins_the_batch_before(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[list[int]] = []
    original = Batches.epoch

    def noting(self: Any, *arguments: int) -> Any:
        for pieces in original(self, *arguments):
            sizes.append([len(piece.indices) for piece in pieces])
            yield pieces

    monkeypatch.setattr(Batches, "epoch", noting)
    replace_model(monkeypatch, flat_norm)
    # 24 windows, 23 in a batch: one would be left over. No piece is larger than a batch, for it might not fit.
    folder = toy.run(*SHORT, "train.batch_size=23").folder
    assert sizes == [[12, 12]]
    assert len(history(folder)) == 1


def test_one_example_at_once_says_what_cannot_take_it(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_model(monkeypatch, flat_norm)
    with pytest.raises(errors.TrainingError, match="batch normalisation cannot train on 1 example at once"):
        toy.run(*SHORT, "train.micro_batch_size=1")


# Evaluation in pieces


def test_pieces_answer_as_a_whole(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def noting(network: Any, featurize: Any, examples: Any, size: int, processes: Any) -> Any:
        sizes.append(size)
        return compute_logits(network, featurize, examples, size, processes)

    monkeypatch.setattr(examination, "compute_logits", noting)
    toy.run(*SHORT, "train.micro_batch_size=2")
    assert set(sizes) == {2}


def test_same_weights_with_and_without_a_look_at_the_examples(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compared before training draws nothing."""
    looked = weights(toy.run(*SHORT).folder)
    monkeypatch.setattr(loop, "refuse_equal_examples", lambda examples: None)
    assert weights(toy.run(*SHORT).folder) == looked
