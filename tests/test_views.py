"""Test-time augmentation: the mean of the logits for a clip and its views, from evaluation to the bundle."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
import toy_plugin
from test_training_options import EXACT, tensors
from toy_runs import ToyRuns

import genrekit
from genrekit import bundle, plugins, recipe
from genrekit.errors import BundleError, RecipeError
from genrekit.predict import Predictor
from genrekit.recipe.dry_run import dry_run
from genrekit.torch_engine import TorchEngine
from genrekit.views import viewed, views_of

SHAPE = genrekit.FeatureShape(1, 8, 8)
TEST_TIME = "augment=[{use='toy-louder', test_time=true}, {use='toy-louder', on='waveform', test_time=true}]"


def test_the_mean_of_the_logits_for_the_clip_and_its_views() -> None:
    network = toy_plugin.Small().build(SHAPE, 3).eval()
    x = torch.randn(4, *SHAPE)
    views = views_of([toy_plugin.Louder(test_time=True), toy_plugin.Louder()], SHAPE)
    torch.testing.assert_close(viewed(network, views)(x), (network(x) + network(2 * x) + network(x / 2)) / 3)
    assert viewed(network, []) is network


def answered(folder: Path) -> list[dict[str, str]]:
    with (folder / "predictions.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_they_change_answers_and_not_what_is_learnt(toy: ToyRuns) -> None:
    plain = "augment=[{use='toy-louder'}, {use='toy-louder', on='waveform'}]"
    without, with_views = (toy.run(*EXACT, "train.keep=last", augment).folder for augment in (plain, TEST_TIME))
    before, after = tensors(without), tensors(with_views)
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert answered(without) != answered(with_views)


@pytest.mark.parametrize("exports", ["true", "false"])
def test_both_engines_answer_what_evaluation_saw(toy: ToyRuns, exports: str) -> None:
    folder = toy.run(TEST_TIME, "train.ensemble_size=2", "train.epochs=2", f"model.exports={exports}").folder
    manifest = bundle.read_manifest(folder / "bundle")
    assert [part.options["use"] for part in manifest.views] == ["toy-louder"]
    assert (
        "- Test-time augmentation: toy-louder, the logits averaged\n" in (folder / "bundle" / "README.md").read_text()
    )
    assert (folder / "bundle" / "model.onnx").exists() is (exports == "true")
    loaded = genrekit.load(folder)
    rebuilt = Predictor(loaded.folder, manifest, TorchEngine.open(loaded.folder, manifest))
    for row in answered(folder):
        for answer in (loaded.predict(row["path"]), rebuilt.predict(row["path"])):
            for label, probability in answer.probabilities.items():
                assert probability == pytest.approx(float(row[f"p({label})"]), abs=2e-6)


def test_who_lacks_the_augmenter_is_told(toy: ToyRuns) -> None:
    folder = toy.run(TEST_TIME, "train.epochs=1", "model.exports=false").folder / "bundle"
    manifest = json.loads((folder / "bundle.json").read_text())
    manifest["views"][0]["options"]["use"] = "gone"
    (folder / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match="the bundle needs the augmenter 'gone', which is not installed"):
        genrekit.load(folder)


def test_a_bundle_of_another_shape_than_its_features_is_refused(toy: ToyRuns) -> None:
    """Views of so many bins, built before anything is compared, could take all memory."""
    folder = toy.run(TEST_TIME, "train.epochs=1", "model.exports=false").folder / "bundle"
    manifest = json.loads((folder / "bundle.json").read_text())
    (folder / "bundle.json").write_text(json.dumps(manifest | {"feature_shape": [1, 80, 8]}))
    with pytest.raises(BundleError, match=r"the bundle says that features are \[1, 80, 8\], and they are \[1, 8, 8\]"):
        genrekit.load(folder)


class Narrower(genrekit.Augmenter):
    """Its view loses a frame."""

    use: Literal["narrower"] = "narrower"

    def views(self, shape: genrekit.FeatureShape) -> Any:
        class Layer(torch.nn.Module):
            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return x[..., 1:]

        return [Layer()]


def test_views_of_another_shape_are_found_before_training(toy: ToyRuns) -> None:
    loaded = recipe.load(toy.recipe)
    wrong = loaded.model_copy(update={"augment": (Narrower(),)})
    said = r"narrower does not work: its test-time views are of shape \[1, 8, 7\], not \[1, 8, 8\]"
    with pytest.raises(RecipeError, match=said):
        dry_run(wrong, 3)
    with pytest.raises(RecipeError, match=said):
        views_of(wrong.augment, SHAPE)


def test_a_fitted_model_answers_without(toy: ToyRuns, capsys: pytest.CaptureFixture[str]) -> None:
    from genrekit.console import TerminalNarrator

    plugins.configure(local=[str(toy_plugin.__file__), str(Path(__file__).with_name("toy_fitted.py"))])
    folder = toy.run("model={use='toy-nearest'}", TEST_TIME, narrator=TerminalNarrator()).folder
    assert "toy-nearest is fitted at once: it answers without test-time augmentation" in capsys.readouterr().out
    assert bundle.read_manifest(folder / "bundle").views == []
