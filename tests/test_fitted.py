"""Models that are fitted at once: the same run as any, without gradients."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_runs import TOY, ToyRuns, make_tones

import genrekit
from genrekit import bundle, checkpoint, finishing, fitted, plugins, recipe, running
from genrekit.console import Narrator
from genrekit.errors import BundleError, RecipeError, TrainingError
from genrekit.export import Export
from genrekit.graph_network import GraphNetwork
from genrekit.predict import OnnxEngine, Predictor
from genrekit.recipe.dry_run import dry_run
from genrekit.training.fitting import Fitting

FITTED = Path(__file__).with_name("toy_fitted.py")
NEAREST = "model.use=toy-nearest"


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[ToyRuns]:
    from toy_runs import RECIPE

    plugins.configure(local=[str(TOY), str(FITTED)])
    make_tones(tmp_path / "tones")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    seen().clear()
    yield ToyRuns(tmp_path)
    plugins.configure()


def seen() -> list[Any]:
    """What fits got, of the module that the plugin was loaded as."""
    found = plugins.installed().registry.find("model", "toy-nearest").component
    given: list[Any] = sys.modules[found.__module__].SEEN
    return given


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No ONNX in bundles: most of a toy run's time."""
    monkeypatch.setattr(finishing, "export_checked", lambda *_: Export(reason="not asked for"))


class Told(Narrator):
    def __init__(self) -> None:
        self.warned: list[str] = []

    def warn(self, text: str) -> None:
        self.warned.append(text)


def test_one_epoch_with_figures_and_a_bundle_that_predicts(toy: ToyRuns) -> None:
    result = toy.run(NEAREST)
    assert result.metrics["epochs"] == result.metrics["best_epoch"] == 1
    assert result.metrics["validation"]["accuracy"] == 1.0
    (line,) = [json.loads(line) for line in (result.folder / "history.jsonl").read_text().splitlines()]
    assert {"epoch", "train_loss", "loss", "accuracy"} <= line.keys()
    assert "lr" not in line
    assert recipe.load(result.folder / "recipe.toml").train.epochs == 1
    predictor = Predictor.load(result.folder)
    assert isinstance(predictor.engine, OnnxEngine)
    assert predictor.predict(toy.tones / "high" / "0.wav").label == "high"


def test_the_bundle_answers_as_the_figures_were_made(toy: ToyRuns) -> None:
    result = toy.run(NEAREST)
    manifest = bundle.read_manifest(result.folder / "bundle")
    assert manifest.onnx_missing is None
    assert manifest.onnx_difference is not None
    assert manifest.onnx_difference < 1e-5
    rows = (result.folder / "predictions.csv").read_text().splitlines()
    header, first = rows[0].split(","), rows[1].split(",")
    said = dict(zip(header, first, strict=True))
    answer = Predictor.load(result.folder).predict(said["path"])
    assert answer.probability == pytest.approx(float(said["probability"]), abs=1e-5)


def test_without_onnx_the_installed_plugin_answers_from_the_weights(toy: ToyRuns) -> None:
    result = toy.run(NEAREST)
    path = toy.tones / "low" / "1.wav"
    wanted = Predictor.load(result.folder).predict(path)
    folder = result.folder / "bundle"
    (folder / bundle.ONNX).unlink()
    bundle.write_manifest(folder, bundle.read_manifest(folder))
    found = Predictor.load(result.folder).predict(path)
    assert found.label == wanted.label
    assert found.probability == pytest.approx(wanted.probability, abs=1e-5)


@pytest.mark.usefixtures("quick")
def test_examples_are_augmented_and_as_many_as_the_recipe_says(toy: ToyRuns) -> None:
    toy.run(NEAREST)
    toy.run(NEAREST, "train.epoch_size=60", "augment=[{use='toy-louder', probability=1.0}]")
    (plain, _, multi_label, seed), (augmented, targets, *_) = seen()
    assert len(plain) == 24
    assert len(augmented) == len(targets) == 60
    assert len(np.unique(augmented, axis=0)) == 60, "a clip that comes again is augmented anew"
    assert (targets.sum(axis=1) == 1).all()
    assert not multi_label
    assert 0 <= seed < 2**32


@pytest.mark.usefixtures("quick")
def test_the_seed_decides(toy: ToyRuns) -> None:
    first, again = (toy.run(NEAREST).folder for _ in range(2))
    toy.run(NEAREST, "seed=4")
    best = "checkpoints/best.safetensors"
    assert (first / best).read_bytes() == (again / best).read_bytes()
    assert seen()[0][3] == seen()[1][3] != seen()[2][3]


@pytest.mark.usefixtures("quick")
def test_an_interrupted_run_goes_on_to_the_same_end(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = toy.run(NEAREST)
    monkeypatch.setattr(Fitting, "_judge", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        toy.run(NEAREST)
    monkeypatch.delattr(Fitting, "_judge")
    (stopped,) = [p for p in (toy.root / "runs" / "toy").iterdir() if p != whole.folder]
    resumed = running.resume_run(stopped, store=toy.root / "store")
    assert resumed.metrics == whole.metrics
    assert running.resume_run(stopped, store=toy.root / "store").metrics == whole.metrics


def _interrupt(self: Any, line: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.usefixtures("quick")
def test_a_checkpoint_holds_the_graph_without_pickle(toy: ToyRuns) -> None:
    import safetensors.torch

    folder = toy.run(NEAREST).folder
    tensors = safetensors.torch.load_file(folder / "checkpoints" / "best.safetensors")
    network = plugins.installed().registry.find("model", "toy-nearest").component().build(None, 3)  # type: ignore[attr-defined]
    checkpoint.load_weights(folder / "checkpoints" / "best.safetensors", network)
    assert network.graph == tensors["_extra_state"].numpy().tobytes()


@pytest.mark.usefixtures("quick")
def test_folds_are_fitted_one_by_one(toy: ToyRuns) -> None:
    result = toy.run(NEAREST, "split={use='toy-folds'}", folds=True)
    assert len(seen()) == 3
    assert result.summary is not None


@pytest.mark.usefixtures("quick")
def test_what_is_not_used_is_said(toy: ToyRuns) -> None:
    told = Told()
    toy.run(NEAREST, narrator=told)
    (note,) = [text for text in told.warned if "gradients" in text]
    assert note == (
        "toy-nearest is fitted at once, without gradients: train.epochs, train.optimizer, train.scheduler not used"
    )


@pytest.mark.usefixtures("quick")
def test_mixers_need_a_model_that_learns_shares(toy: ToyRuns) -> None:
    mixup = "augment=[{use='mixup'}]"
    with pytest.raises(RecipeError, match="toy-nearest cannot learn from mixed examples") as caught:
        toy.run(NEAREST, mixup)
    assert "leave out [[augment]] mixup" in str(caught.value)
    toy.run("model.use=toy-sharing", "augment=[{use='mixup', probability=1.0}]")
    assert ((seen()[0][1] > 0) & (seen()[0][1] < 1)).any()


@pytest.mark.usefixtures("quick")
def test_examples_that_cannot_be_learned_are_explained(toy: ToyRuns) -> None:
    with pytest.raises(TrainingError, match="toy-nearest cannot be fitted to these 1 examples: a class has no example"):
        toy.run(NEAREST, "train.epoch_size=1")


def test_dry_run_needs_no_optimizer(toy: ToyRuns) -> None:
    loaded = recipe.load(toy.recipe, [NEAREST])
    assert dry_run(loaded, 3).parameters == 0


def test_other_models_are_resolved_to_themselves(toy: ToyRuns) -> None:
    loaded = recipe.load(toy.recipe)
    assert fitted.resolve(loaded) is loaded
    assert list(fitted.notes(loaded)) == []


def test_it_is_a_model(toy: ToyRuns) -> None:
    assert issubclass(genrekit.FittedModel, genrekit.Model)


def test_a_strangers_graph_among_the_weights_is_looked_at_before_anybody_reads_it() -> None:
    import torch
    from torch import nn

    network = GraphNetwork(nn.Identity(), 3)
    before = network.state_dict()
    hostile = torch.frombuffer(bytearray(b"\x08\x07not a graph"), dtype=torch.uint8)
    with pytest.raises(BundleError, match="the graph among the weights is refused"):
        network.load_state_dict(before | {"_extra_state": hostile})
    assert network.graph == b""
    network.load_state_dict(before)
