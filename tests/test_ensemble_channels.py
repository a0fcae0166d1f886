"""Networks of an ensemble that each see some of the features' channels."""

from __future__ import annotations

import csv
import json

import pytest
import torch
import toy_plugin
import weights_plugin
from test_training_options import EXACT, tensors
from toy_runs import ToyRuns

import genrekit
from genrekit import bundle, recipe
from genrekit.ensemble import build_network, members_of
from genrekit.errors import BundleError, RecipeError
from genrekit.predict import Predictor
from genrekit.recipe.dry_run import dry_run
from genrekit.torch_engine import TorchEngine
from genrekit.training.rates import build_optimizer

SHAPE = genrekit.FeatureShape(3, 8, 8)
TWO_CHANNELS = 'features={use="mel", sample_rate=8000, frames=40, n_mels=16, normalise=["clip", "bands"]}'
EACH = ("train.ensemble_size=3", "train.ensemble_channels=[[0], [1, 0]]")


def test_a_member_sees_its_channels_and_no_others() -> None:
    network = build_network(toy_plugin.Small(), SHAPE, 3, 3, [(2,), (0, 1)]).eval()
    x = torch.randn(4, *SHAPE)
    before = [member(x) for member in members_of(network)]
    torch.testing.assert_close(network(x), torch.stack(before).mean(0))
    x[:, 2] += 1
    first, second, third = (member(x) for member in members_of(network))
    assert not torch.equal(first, before[0])
    assert torch.equal(second, before[1])
    assert not torch.equal(third, before[2]), "the third sees what the first does"


def test_the_order_of_channels_is_as_written() -> None:
    network = build_network(toy_plugin.Small(), SHAPE, 3, 1, [(1, 0)]).eval()
    swapped = build_network(toy_plugin.Small(), SHAPE, 3, 1, [(0, 1)]).eval()
    swapped.load_state_dict(network.state_dict())
    x = torch.randn(4, *SHAPE)
    assert torch.equal(network(x), swapped(x[:, [1, 0, 2]]))


def test_one_network_that_sees_all_channels_is_as_without(toy: ToyRuns) -> None:
    alone = tensors(toy.run(*EXACT, TWO_CHANNELS).folder)
    seeing = tensors(toy.run(*EXACT, TWO_CHANNELS, "train.ensemble_channels=[[0, 1]]").folder)
    assert seeing.keys() == {f"network.{name}" for name in alone}
    for name, weights in alone.items():
        # Picked channels lie in memory in another order, which rounds differently.
        torch.testing.assert_close(seeing[f"network.{name}"], weights, rtol=1e-3, atol=1e-5)


def test_both_engines_answer_what_evaluation_saw(toy: ToyRuns) -> None:
    folder = toy.run(TWO_CHANNELS, *EACH).folder
    manifest = bundle.read_manifest(folder / "bundle")
    assert manifest.ensemble_channels == [[0], [1, 0]]
    card = (folder / "bundle" / "README.md").read_text()
    assert "their logits averaged, which see the features' channels 0; 1 and 0 (from 0, in turn)" in card
    onnx = genrekit.load(folder)
    rebuilt = Predictor(onnx.folder, manifest, TorchEngine.open(onnx.folder, manifest))
    with (folder / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        for answer in (onnx.predict(row["path"]), rebuilt.predict(row["path"])):
            for label, probability in answer.probabilities.items():
                assert probability == pytest.approx(float(row[f"p({label})"]), abs=2e-6)


def test_statistics_are_of_the_channels_that_a_member_sees(toy: ToyRuns) -> None:
    """Those of a network that is trained on the features with just that channel."""
    model = 'model={use="resnet", channels=[4], normalise="bins"}'
    kept = tensors(toy.run("train.epochs=1", TWO_CHANNELS, model, *EACH).folder)
    clip = tensors(toy.run("train.epochs=1", TWO_CHANNELS.replace('"clip", "bands"', '"clip"'), model).folder)
    statistics = [name for name in clip if name.startswith("normalise.")]
    assert statistics
    for name in statistics:
        torch.testing.assert_close(kept[f"members.0.network.{name}"], clip[name])
    assert kept[f"members.1.network.{statistics[0]}"].shape != clip[statistics[0]].shape


def test_each_member_learns_at_the_rates_that_the_model_asks_for() -> None:
    model = weights_plugin.Layered()
    network = build_network(model, SHAPE, 3, 2, [(0,), (1,)])
    built = build_optimizer(toy_plugin.Descent(lr=0.5), model, network)
    names = {parameter: name for name, parameter in network.named_parameters()}
    rates = {names[one]: group["lr"] for group in built.param_groups for one in group["params"]}
    assert rates["members.0.network.1.weight"] == rates["members.1.network.1.weight"] == pytest.approx(0.05)
    assert rates["members.0.network.0.weight"] == pytest.approx(0.5)


def test_dry_run_counts_the_weights_of_each(toy: ToyRuns) -> None:
    model = 'model={use="resnet", channels=[4]}'

    def counted(*options: str) -> int:
        return dry_run(recipe.load(toy.recipe, [model, *options]), 3).parameters

    one, two = counted(TWO_CHANNELS.replace('"clip", "bands"', '"clip"')), counted(TWO_CHANNELS)
    assert one < two
    assert counted(TWO_CHANNELS, *EACH) == one + two + one


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ("train.ensemble_channels=[[0], [2]]", "train.ensemble_size=2"),
            "names channel 2, and the features have 2, from 0",
        ),
        (("train.ensemble_channels=[[0], [1]]",), "ensemble_size = 2, or a multiple of it"),
        (("train.ensemble_channels=[[0], []]",), "nothing to see"),
        (("train.ensemble_channels=[]",), "nothing to see"),
        (("train.ensemble_channels=[[-1]]",), "should be at least 0"),
        (("train.ensemble_channels=[[0, 0]]",), "one channel twice"),
    ],
)
def test_channels_that_cannot_be_seen_are_refused(toy: ToyRuns, options: tuple[str, ...], told: str) -> None:
    with pytest.raises(RecipeError, match=told):
        dry_run(recipe.load(toy.recipe, [TWO_CHANNELS, *options]), 3)


@pytest.mark.parametrize("channels", [[[0], [1], [2]], [[0], [2]], [[]], [], [[0], [-1]], [[0]] * 4])
def test_a_bundle_whose_networks_see_what_is_not_there_is_refused(toy: ToyRuns, channels: list[list[int]]) -> None:
    folder = toy.run("train.epochs=1", "model.exports=false", TWO_CHANNELS, *EACH).folder / "bundle"
    manifest = json.loads((folder / "bundle.json").read_text())
    (folder / "bundle.json").write_text(json.dumps(manifest | {"ensemble_channels": channels}))
    with pytest.raises(BundleError, match=r"ensemble_channels|cannot see channels"):
        genrekit.load(folder)


def test_a_bundle_whose_later_networks_are_larger_than_its_weights_is_refused(toy: ToyRuns) -> None:
    """Before any of them has memory."""
    folder = toy.run("train.epochs=1", "model.exports=false", TWO_CHANNELS, *EACH).folder / "bundle"
    manifest = json.loads((folder / "bundle.json").read_text())
    (folder / "bundle.json").write_text(json.dumps(manifest | {"ensemble_channels": [[0], [0] * 9999, [0]]}))
    with pytest.raises(BundleError, match="numbers, and the model's options ask for"):
        genrekit.load(folder)


def test_a_channel_that_is_not_there_is_found_before_any_audio(toy: ToyRuns) -> None:
    with pytest.raises(RecipeError, match="names channel 2, and the features have 2, from 0"):
        toy.run(TWO_CHANNELS, "train.ensemble_size=2", "train.ensemble_channels=[[0], [2]]")
    assert not (toy.root / "runs").exists()
