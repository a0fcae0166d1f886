"""What the options of [train] do to a whole run of the toy plugin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from test_running import history, toy_module, weights
from toy_runs import ToyRuns

from genrekit import errors, pipeline, running
from genrekit.training import learning, loop

EXACT = ("train.precision=float32", "train.device=cpu")


def tensors(folder: Path) -> dict[str, torch.Tensor]:
    """The kept weights."""
    return safetensors.torch.load_file(folder / "checkpoints" / "best.safetensors")


@pytest.fixture
def plain(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> ToyRuns:
    """Runs whose network has neither batch normalisation nor dropout."""

    def build(self: Any, shape: Any, classes: int) -> Any:
        from torch import nn

        return nn.Sequential(nn.Flatten(), nn.Linear(shape.channels * shape.bins * shape.frames, classes))

    monkeypatch.setattr(toy_module().Small, "build", build)
    return toy


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pieces_of_a_batch_add_up_to_it(plain: ToyRuns, size: int) -> None:
    whole = plain.run(*EXACT, "train.keep=last").folder
    pieces = plain.run(*EXACT, "train.keep=last", f"train.micro_batch_size={size}").folder
    for name, value in tensors(whole).items():
        torch.testing.assert_close(tensors(pieces)[name], value, rtol=1e-4, atol=1e-6)
    losses = [[line["train_loss"] for line in history(folder)] for folder in (whole, pieces)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_pieces_are_no_larger_than_asked(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    original = learning.Learner._learn

    def noting(self: Any, piece: Any, examples: int) -> Any:
        sizes.append(len(piece.indices))
        return original(self, piece, examples)

    monkeypatch.setattr(learning.Learner, "_learn", noting)
    toy.run("train.epochs=1", "train.micro_batch_size=2")
    # 24 windows in batches of five, the last one of four.
    assert sizes == [2, 2, 1] * 4 + [2, 2]


def test_gradients_are_clipped_to_a_norm(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    norms: list[float] = []
    original = torch.optim.SGD.step

    def noting(self: Any, *args: Any) -> Any:
        gradients = [p.grad.norm() for group in self.param_groups for p in group["params"]]
        norms.append(float(torch.stack(gradients).norm()))
        return original(self, *args)

    monkeypatch.setattr(torch.optim.SGD, "step", noting)
    toy.run(*EXACT, "train.epochs=1")
    free = list(norms)
    toy.run(*EXACT, "train.epochs=1", "train.clip_gradients=0.01")
    assert min(free) > 0.02
    assert norms[len(free) :] == pytest.approx([0.01] * len(free), rel=1e-3)


def steps_of(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, torch.Tensor]]:
    """The weights after each step, as they come."""
    seen: list[dict[str, torch.Tensor]] = []
    original = loop.Training._step_ended

    def noting(self: Any, epoch: int) -> None:
        seen.append({name: value.clone() for name, value in self.network.state_dict().items()})
        original(self, epoch)

    monkeypatch.setattr(loop.Training, "_step_ended", noting)
    return seen


def test_exponential_average_is_what_its_formula_gives(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = steps_of(monkeypatch)
    folder = toy.run(*EXACT, "train.keep=last", "train.average={decay=0.5, from_epoch=2}").folder
    counted = seen[5:]
    expected = dict(counted[0])
    for count, step in enumerate(counted[1:], start=1):
        decay = min(0.5, (1 + count) / (10 + count))
        for name in expected:
            if expected[name].is_floating_point():
                expected[name] = decay * expected[name] + (1 - decay) * step[name]
    for name, value in tensors(folder).items():
        if value.is_floating_point():
            torch.testing.assert_close(value, expected[name], rtol=1e-5, atol=1e-7)


def test_equal_average_is_the_mean_of_epochs_with_statistics_of_its_own(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = steps_of(monkeypatch)
    options = [*EXACT, "train.keep=last", "train.epochs=4", "augment.0.probability=0"]
    folder = toy.run(*options, "train.average={kind='equal', from_epoch=2}").folder
    ends = [seen[epoch * 5 - 1] for epoch in (2, 3, 4)]
    kept = tensors(folder)
    for name in ("1.weight", "5.bias", "0.weight"):
        torch.testing.assert_close(kept[name], torch.stack([end[name] for end in ends]).mean(dim=0))
    # The network begins with batch normalisation: what it should have seen is the features themselves, 20 of 24.
    store = {path.stem: path for path in (toy.root / "store").rglob("*.safetensors")}
    features = torch.cat([safetensors.torch.load_file(path)["windows"] for path in store.values()])
    assert kept["0.running_mean"] == pytest.approx(float(features.mean()), abs=0.3)
    assert kept["0.running_mean"].tolist() != ends[-1]["0.running_mean"].tolist()


@pytest.mark.parametrize("average", ["{decay=0.9}", "{kind='equal'}", "{kind='equal', from_epoch=3}"])
def test_interrupted_runs_with_an_average_resume_exactly(
    toy: ToyRuns, average: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = [f"train.average={average}", "train.sampling=balanced", "train.micro_batch_size=3"]
    whole = toy.run(*options).folder
    original = pipeline.Run.epoch_ended

    def interrupting(self: Any, line: dict[str, float]) -> Any:
        original(self, line)
        if line["epoch"] == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(pipeline.Run, "epoch_ended", interrupting)
    result = toy.run(*options)
    assert result.interrupted
    monkeypatch.setattr(pipeline.Run, "epoch_ended", original)
    resumed = running.resume_run(result.folder, store=toy.root / "store").folder
    assert weights(resumed) == weights(whole)
    assert history(resumed) == history(whole)


def test_the_averaged_weights_are_what_is_evaluated_and_exported(toy: ToyRuns) -> None:
    """Its figures in the history are those of the exported model."""
    result = toy.run(*EXACT, "train.average={decay=0.99}", "train.keep=last")
    assert result.metrics["validation"]["loss"] == pytest.approx(history(result.folder)[-1]["loss"], rel=1e-6)
    bundled = safetensors.torch.load_file(result.folder / "bundle" / "model.safetensors")
    assert torch.equal(bundled["network.5.bias"], tensors(result.folder)["5.bias"])


def test_keep_last_keeps_the_last_epoch(toy: ToyRuns) -> None:
    result = toy.run("train.keep=last", "train.scheduler={use='toy-halving'}")
    assert [line["best_epoch"] for line in history(result.folder)] == [1, 2, 3]
    assert result.metrics["best_epoch"] == 3


def test_without_validation_clips_the_last_epoch_is_kept_and_tested(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    def split(self: Any, clips: Any, seed: int) -> Any:
        return clips.with_column("part", [["train", "test", "train"][row % 3] for row in range(len(clips))])

    monkeypatch.setattr(toy_module().EveryThird, "split", split)
    with pytest.raises(errors.DataError, match=r"train\.keep=last"):
        toy.run()
    result = toy.run("train.keep=last")
    assert set(history(result.folder)[0]) == {"epoch", "train_loss", "lr", "best_epoch"}
    assert "validation" not in result.metrics
    assert result.metrics["test"]["accuracy"] >= 0.5
    assert (result.folder / "report.html").exists()
    assert (result.folder / "bundle" / "model.onnx").exists()
    with pytest.raises(errors.GenrekitError, match="stop_early"):
        toy.run("train.keep=last", "train.stop_early={metric='accuracy'}")


def test_evaluation_every_few_epochs(toy: ToyRuns) -> None:
    result = toy.run("train.epochs=5", "train.evaluate_every=2", "train.stop_early={metric='loss', patience=9}")
    lines = history(result.folder)
    assert [line["epoch"] for line in lines if "loss" in line] == [2, 4, 5]
    assert [line["best_epoch"] for line in lines[:2]] == [1, 2], "until one is validated, the last one counts"
    best = min((line for line in lines if "loss" in line), key=lambda line: (-line["macro_f1"], line["loss"]))
    assert result.metrics["best_epoch"] == best["epoch"]
    assert (result.folder / "report.html").exists()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("train.keep=macro_f", "one of them for train.keep"),
        ("train.stop_early={metric='macro_f'}", "one of them for train.stop_early.metric"),
        ("train.scheduler={use='plateau', metric='macro_f'}", "one of them for the figure of train.scheduler"),
    ],
)
def test_a_figure_that_nobody_gives_is_refused_before_the_first_step(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch, option: str, said: str
) -> None:
    seen = steps_of(monkeypatch)
    with pytest.raises(errors.TrainingError, match="did you mean 'macro_f1'") as caught:
        toy.run(option)
    assert said in str(caught.value)
    assert "there are: accuracy, " in str(caught.value)
    assert not seen


def test_plateau_waits_for_epochs_that_are_validated(toy: ToyRuns) -> None:
    plateau = "train.scheduler={use='plateau', patience=0, factor=0.1, threshold=0.9999, metric='%s'}"
    every_other = toy.run("train.epochs=6", "train.evaluate_every=2", plateau % "loss").folder
    rates = [round(line["lr"], 9) for line in history(every_other)]
    # Nothing is ever an improvement by more than all of it; the first validation is what others are compared with.
    assert rates == pytest.approx([rates[0]] * 4 + [rates[0] / 10] * 2)
    each = toy.run("train.epochs=3", "train.evaluate_every=2", plateau % "train_loss").folder
    assert [line["lr"] for line in history(each)] == pytest.approx([rates[0], rates[0], rates[0] / 10])


def test_statistics_of_the_training_part_are_fitted_once_and_survive_a_resume(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[torch.Tensor]] = []

    class Normalisation(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("mean", torch.zeros(()))

        def fit_statistics(self, batches: Any) -> None:
            calls.append(list(batches))
            assert [len(batch) for batch in batches] == [5, 5, 5, 5, 4], "they can be gone through again"
            self.mean.copy_(torch.cat(calls[-1]).mean())

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x - self.mean

    original = toy_module().Small.build
    built = lambda self, *given: torch.nn.Sequential(Normalisation(), original(self, *given))  # noqa: E731
    monkeypatch.setattr(toy_module().Small, "build", built)
    folder = toy.run("train.epochs=2", "augment.0.probability=1").folder
    assert len(calls) == 1
    training = [row for row in range(18) if row % 3 != 2]
    assert sum(map(len, calls[0])) == 2 * len(training)
    kept = tensors(folder)
    assert kept["0.mean"] == torch.cat(calls[0]).mean()
    bundled = safetensors.torch.load_file(folder / "bundle" / "model.safetensors")
    assert bundled["network.0.mean"] == kept["0.mean"]
    text = (folder / "recipe.toml").read_text().replace("epochs = 2", "epochs = 3")
    (folder / "recipe.toml").write_text(text)
    (folder / "metrics.json").unlink()
    resumed = running.resume_run(folder, store=toy.root / "store")
    assert resumed.metrics["epochs"] == 3
    assert len(calls) == 1
    assert tensors(folder)["0.mean"] == kept["0.mean"]


def test_balanced_sampling_trains_on_repeated_clips_with_new_draws(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in sorted((toy.tones / "low").iterdir())[2:]:
        path.unlink()
    factors: list[float] = []
    original = toy_module().Louder.draw

    def noting(self: Any, rng: Any, shape: Any) -> Any:
        factors.append(original(self, rng, shape)["factor"])
        return {"factor": factors[-1]}

    monkeypatch.setattr(toy_module().Louder, "draw", noting)
    folder = toy.run("train.sampling=balanced", "train.epochs=2", "augment.0.probability=1").folder
    data = json.loads((folder / "data.json").read_text())["parts"]["train"]
    assert min(data.values()) < max(data.values())
    # The first draw is of a trial, before training.
    assert len(factors) == len(set(factors)) == 1 + 2 * 2 * sum(data.values())


@pytest.mark.parametrize(("size", "steps"), [(3, 1), (30, 8)])
def test_an_epoch_may_be_shorter_or_longer_than_the_training_part(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch, size: int, steps: int
) -> None:
    learned: list[int] = []
    original = learning.Learner.step

    def noting(self: Any, epoch: int, step: int, pieces: Any) -> float:
        learned.append(sum(len(piece.indices) for piece in pieces))
        return original(self, epoch, step, pieces)

    monkeypatch.setattr(learning.Learner, "step", noting)
    toy.run(f"train.epoch_size={size}", "train.epochs=2", "train.batch_size=4")
    assert len(learned) == 2 * steps
    assert sum(learned) == 2 * size


def test_an_average_that_would_never_begin_is_refused(toy: ToyRuns) -> None:
    with pytest.raises(errors.RecipeError, match=r"average.from_epoch = 4 is beyond the last epoch, 3"):
        toy.run("train.average={from_epoch=4}")
