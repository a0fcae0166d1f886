"""What options lead to decides results too: stored features, modules in memory, runs that go on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import weights_plugin
from toy_runs import TOY, ToyRuns

import genrekit
from genrekit import plugins, running
from genrekit.errors import GenrekitError, TrainingError
from genrekit.identities import FILE
from genrekit.testing import check_features, check_model

WEIGHTED = Path(weights_plugin.__file__)


@pytest.fixture
def weighted(toy: ToyRuns) -> ToyRuns:
    """Runs on features with weights in a file."""
    plugins.configure(local=[str(TOY), str(WEIGHTED)])
    weigh(toy, 2)
    text = toy.recipe.read_text().replace('use = "toy-bands"', 'use = "weighted-bands"\nweights = "weights.txt"')
    toy.recipe.write_text(text)
    return toy


def weigh(toy: ToyRuns, factor: float) -> None:
    (toy.root / "weights.txt").write_text(str(factor))


def items(toy: ToyRuns) -> set[str]:
    return {path.name for path in (toy.root / "store" / "items").glob("*/*")}


SHORT = ("train.epochs=1",)


def test_other_weights_are_other_features(weighted: ToyRuns) -> None:
    weighted.run(*SHORT)
    first = items(weighted)
    weighted.run(*SHORT)
    assert items(weighted) == first
    weigh(weighted, 3)
    weighted.run(*SHORT)
    assert len(items(weighted)) == 2 * len(first)


def test_the_same_weights_elsewhere_are_the_same_features(weighted: ToyRuns) -> None:
    weighted.run(*SHORT)
    first = items(weighted)
    (weighted.root / "weights.txt").rename(weighted.root / "moved.txt")
    weighted.run(*SHORT, f"features.weights={weighted.root / 'moved.txt'}")
    assert items(weighted) == first


def test_a_bundle_needs_no_file_of_weights(weighted: ToyRuns) -> None:
    result = weighted.run(*SHORT, "model.exports=false")
    clip = next(weighted.tones.rglob("*.wav"))
    before = genrekit.load(result.folder).predict(clip)
    (weighted.root / "weights.txt").unlink()
    manifest = json.loads((result.folder / "bundle" / "bundle.json").read_text())
    assert manifest["features"]["options"]["weights"] is None
    assert genrekit.load(result.folder).predict(clip).probabilities == before.probabilities


def test_a_run_does_not_go_on_with_other_weights(weighted: ToyRuns) -> None:
    stopped = weighted.run("train.epochs=2")
    assert set(json.loads((stopped.folder / FILE).read_text())) == {"features weighted-bands"}
    text = (stopped.folder / "recipe.toml").read_text()
    (stopped.folder / "recipe.toml").write_text(text.replace("epochs = 2", "epochs = 3"))
    weigh(weighted, 5)
    with pytest.raises(TrainingError, match="features weighted-bands is not what the run"):
        running.resume_run(stopped.folder, store=weighted.root / "store")
    weigh(weighted, 2)
    assert running.resume_run(stopped.folder, store=weighted.root / "store").metrics["epochs"] == 3


def test_missing_weights_are_said_before_any_audio_is_read(weighted: ToyRuns) -> None:
    (weighted.root / "weights.txt").unlink()
    with pytest.raises(GenrekitError, match="no weights at"):
        weighted.run(*SHORT)
    assert items(weighted) == set()


def test_plain_components_leave_no_file(toy: ToyRuns) -> None:
    assert not (toy.run(*SHORT).folder / FILE).exists()


def test_layers_learn_at_their_rates_in_a_run(weighted: ToyRuns) -> None:
    result = weighted.run(*SHORT, "model.use=layered", "train.optimizer.lr=0.02")
    line = json.loads((result.folder / "history.jsonl").read_text().splitlines()[0])
    assert line["lr"] == 0.02


def test_both_keep_the_contract(tmp_path: Path) -> None:
    check_features(weights_plugin.Weighted.example(tmp_path))
    check_model(weights_plugin.Layered())
