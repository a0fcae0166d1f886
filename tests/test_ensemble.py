"""Several networks trained side by side: the first is as alone, and the mean of their logits is the answer."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import torch
import toy_plugin
import weights_plugin
from test_resuming import stopped_within
from test_running import history, weights
from test_training_options import EXACT, tensors
from toy_runs import ToyRuns

import genrekit
from genrekit import bundle, recipe, running
from genrekit.ensemble import Ensemble, build_network, members_of
from genrekit.errors import BundleError
from genrekit.predict import Predictor
from genrekit.recipe.dry_run import dry_run
from genrekit.torch_engine import TorchEngine
from genrekit.training.rates import build_optimizer

SHAPE = genrekit.FeatureShape(1, 8, 8)
LAST = (*EXACT, "train.keep=last")


def of_member(folder: Path, number: int) -> dict[str, torch.Tensor]:
    """A member's kept weights, under the names that they have in a network alone."""
    start = f"members.{number}."
    return {name.removeprefix(start): value for name, value in tensors(folder).items() if name.startswith(start)}


def test_the_mean_of_the_logits_is_the_answer() -> None:
    network = build_network(toy_plugin.Small(), SHAPE, 3, 3).eval()
    x = torch.randn(4, *SHAPE)
    answers = [member(x) for member in members_of(network)]
    assert len(answers) == 3
    assert not torch.equal(answers[0], answers[1])
    torch.testing.assert_close(network(x), (answers[0] + answers[1] + answers[2]) / 3)


def test_one_network_is_no_ensemble() -> None:
    network = build_network(toy_plugin.Small(), SHAPE, 3, 1)
    assert not isinstance(network, Ensemble)
    assert members_of(network) == [network]


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("train.micro_batch_size=2", "augment=[{use='toy-louder'}, {use='mixup'}]"),
        ("train.clip_gradients=0.05", "train.average={decay=0.5}"),
    ],
)
def test_the_first_member_is_what_would_be_trained_alone(toy: ToyRuns, options: tuple[str, ...]) -> None:
    """To the last bit: first weights, order, draws, dropout and the size of each step."""
    alone = tensors(toy.run(*LAST, *options).folder)
    folder = toy.run(*LAST, *options, "train.ensemble_size=3").folder
    first, second, third = (of_member(folder, number) for number in range(3))
    assert first.keys() == alone.keys()
    assert all(torch.equal(first[name], alone[name]) for name in alone)
    assert not torch.equal(first["1.weight"], second["1.weight"])
    assert not torch.equal(second["1.weight"], third["1.weight"])


def test_members_learn_in_orders_of_their_own(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    from genrekit.training import learning

    seen: dict[int, list[int]] = {0: [], 1: []}
    original = learning.Learner._learn

    def noting(self: Any, piece: Any, examples: int) -> Any:
        seen[piece.member] += piece.indices.tolist()
        return original(self, piece, examples)

    monkeypatch.setattr(learning.Learner, "_learn", noting)
    toy.run("train.epochs=1", "train.ensemble_size=2")
    assert sorted(seen[0]) == sorted(seen[1]) == list(range(24))
    assert seen[0] != seen[1]


def test_both_engines_answer_what_evaluation_saw(toy: ToyRuns) -> None:
    folder = toy.run("train.ensemble_size=2", "train.average={decay=0.9}").folder
    manifest = bundle.read_manifest(folder / "bundle")
    assert manifest.ensemble_size == 2
    assert "- Model: 2 × toy-small, their logits averaged" in (folder / "bundle" / "README.md").read_text()
    onnx = genrekit.load(folder)
    rebuilt = Predictor(onnx.folder, manifest, TorchEngine.open(onnx.folder, manifest))
    with (folder / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for answer in (onnx.predict(row["path"]), rebuilt.predict(row["path"])):
            for label, probability in answer.probabilities.items():
                assert probability == pytest.approx(float(row[f"p({label})"]), abs=2e-6)


def test_goes_on_within_an_epoch(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = toy.run("train.ensemble_size=2").folder
    folder = stopped_within(toy, monkeypatch, 2, 3, "train.ensemble_size=2")
    running.resume_run(folder, store=toy.root / "store")
    assert weights(folder) == weights(whole)
    assert history(folder) == history(whole)


def test_each_member_learns_at_the_rates_that_the_model_asks_for() -> None:
    model = weights_plugin.Layered()
    network = build_network(model, SHAPE, 3, 2)
    built = build_optimizer(toy_plugin.Descent(lr=0.5), model, network)
    names = {parameter: name for name, parameter in network.named_parameters()}
    rates = {names[one]: group["lr"] for group in built.param_groups for one in group["params"]}
    assert rates["members.0.1.weight"] == rates["members.1.1.weight"] == pytest.approx(0.05)
    assert rates["members.0.0.weight"] == rates["members.1.5.bias"] == pytest.approx(0.5)


def test_dry_run_counts_the_weights_of_all(toy: ToyRuns) -> None:
    one, three = (recipe.load(toy.recipe, [f"train.ensemble_size={size}"]) for size in (1, 3))
    assert dry_run(three, 3).parameters == 3 * dry_run(one, 3).parameters


def test_a_bundle_of_more_networks_than_it_holds_is_refused(toy: ToyRuns) -> None:
    folder = toy.run("train.epochs=1", "model.exports=false").folder / "bundle"
    manifest = json.loads((folder / "bundle.json").read_text())
    for size, why in ((2, "Missing key"), (10**9, "less than or equal to 100")):
        (folder / "bundle.json").write_text(json.dumps(manifest | {"ensemble_size": size}))
        with pytest.raises(BundleError, match=why) as caught:
            genrekit.load(folder)
        assert len(str(caught.value)) < 1000
