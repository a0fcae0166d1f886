"""A whole run on the toy plugin: what it leaves behind, what it answers, what decides its result."""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from toy_runs import TOY, ToyRuns, write

import genrekit
from genrekit import bundle, errors, pipeline, plugins, running
from genrekit.console import Narrator
from genrekit.predict import Predictor
from genrekit.torch_engine import TorchEngine


class Notebook(Narrator):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def warn(self, text: str) -> None:
        self.said.append(text)


def weights(folder: Path) -> str:
    """A hash of the bundle's weights."""
    tensors = safetensors.numpy.load_file(folder / "bundle" / "model.safetensors")
    return hashlib.sha256(b"".join(tensors[name].tobytes() for name in sorted(tensors))).hexdigest()


def toy_module() -> Any:
    """The module that the loaded toy components live in."""
    component = plugins.installed().registry.find("augmenter", "toy-louder").component
    return sys.modules[component.__module__]


def history(folder: Path) -> list[dict[str, float]]:
    """The history without its clock."""
    lines = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    return [{name: value for name, value in line.items() if not name.endswith("_s")} for line in lines]


def test_run_folder_holds_what_the_design_promises(toy: ToyRuns) -> None:
    folder = toy.run("split.test=true").folder
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "recipe.toml", "recipe_as_written.toml", "environment.json", "data.json", "history.jsonl", "metrics.json",
        "predictions.csv", "report.html", "share.svg", "checkpoints", "bundle", "status.json",
    }  # fmt: skip
    bundle = {path.name for path in (folder / "bundle").iterdir()}
    assert bundle == {"model.onnx", "model.safetensors", "bundle.json", "README.md"}
    assert (toy.root / "runs" / "latest").resolve() == folder.resolve()
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["validation"]["accuracy"] >= 0.8
    assert metrics["test"]["accuracy"] >= 0.8
    assert len(history(folder)) == 3
    manifest = json.loads((folder / "bundle" / "bundle.json").read_text())
    assert manifest["labels"] == ["high", "low", "middle"]
    assert manifest["metrics"] == metrics
    assert manifest["audio"] == {
        "sample_rate": 8000, "window_samples": 4096, "minimum_samples": 1, "any_length": False, "hop_samples": None,
        "within_db": None,
    }  # fmt: skip


def test_prediction_is_what_evaluation_saw(toy: ToyRuns) -> None:
    """The bundle's ONNX answers what predictions.csv says, for clips of two windows."""
    folder = toy.run().folder
    predictor = genrekit.load(str(folder))
    with (folder / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    for row in rows:
        prediction = predictor.predict(row["path"])
        assert prediction.windows == 2
        assert prediction.label == row["predicted"]
        for label, probability in prediction.probabilities.items():
            assert probability == pytest.approx(float(row[f"p({label})"]), abs=2e-6)


def test_both_engines_answer_calibrated_and_abstain(toy: ToyRuns) -> None:
    """An unsure model: its temperature is in the graph, in torch's module, and in predictions.csv."""
    options = ("train.epochs=1", "train.optimizer.lr=0.002", "answers.abstain_below=0.9")
    folder = toy.run(*options).folder
    manifest = bundle.read_manifest(folder / "bundle")
    calibration = json.loads((folder / "metrics.json").read_text())["validation"]["calibration"]
    assert manifest.answers.temperature == calibration["temperature"] != 1
    assert calibration["after"]["log_loss"] < calibration["before"]["log_loss"]
    onnx = genrekit.load(folder)
    torch = Predictor(onnx.folder, manifest, TorchEngine.open(onnx.folder, manifest))
    with (folder / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for answer in (onnx.predict(row["path"]), torch.predict(row["path"])):
            assert (answer.status == "abstained") == (float(row["probability"]) < 0.9)
            for label, probability in answer.probabilities.items():
                assert probability == pytest.approx(float(row[f"p({label})"]), abs=2e-6)
    assert "Calibration: logits are divided by" in (folder / "bundle" / "README.md").read_text()


def test_same_seed_same_weights_whatever_the_workers(toy: ToyRuns) -> None:
    folders = [
        toy.run("executor.workers=1", store="one").folder,
        toy.run("executor.workers=4", store="four").folder,
        toy.run("executor.workers=4", store="four").folder,
    ]
    assert len({weights(folder) for folder in folders}) == 1
    assert history(folders[0]) == history(folders[1]) == history(folders[2])
    assert weights(toy.run("seed=4").folder) != weights(folders[0])


def test_resolved_recipe_runs_again_to_the_same_result(toy: ToyRuns) -> None:
    first = toy.run("train.epochs=2", "augment.0.probability=1").folder
    again = running.run_recipe(first / "recipe.toml", runs=toy.root / "again", store=toy.root / "store").folder
    assert weights(again) == weights(first)
    assert (again / "recipe.toml").read_text() == (first / "recipe.toml").read_text()


def test_second_run_decodes_nothing(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    first = toy.run().folder
    monkeypatch.setattr("genrekit.clip_preparation._windows", lambda *args: pytest.fail("decoded again"))
    assert weights(toy.run().folder) == weights(first)


def test_profile_tells_where_the_time_went(toy: ToyRuns) -> None:
    narrator = Notebook()
    folder = toy.run(narrator=narrator, profile=True).folder
    profile = json.loads((folder / "profile.json").read_text())
    assert {"decode", "features", "store", "load", "augment", "forward", "backward", "evaluate", "export"} <= set(
        profile
    )
    assert profile["forward"]["times"] == 3 * 5
    assert all(row["seconds"] >= 0 for row in profile.values())
    assert any("backward" in said for said in narrator.said)


def test_store_is_kept_to_its_size_but_for_what_the_run_needs(toy: ToyRuns) -> None:
    toy.run("features.bands=4")
    narrator = Notebook()
    toy.run(narrator=narrator, store_size=0)
    assert len(list((toy.root / "store").rglob("*.safetensors"))) == 18
    assert any(said.startswith("18 items used longest ago left the store") for said in narrator.said)


def test_changed_audio_is_decoded_again(toy: ToyRuns) -> None:
    path = toy.tones / "low" / "0.wav"
    first = json.loads((toy.run().folder / "data.json").read_text())["fingerprint"]
    write(path, np.random.default_rng(1).normal(size=6000) * 0.1)
    assert json.loads((toy.run().folder / "data.json").read_text())["fingerprint"] != first


def test_waveform_augmentation_stores_waveforms(toy: ToyRuns) -> None:
    """A deterministic waveform "augmentation" of factor one gives the same features as the stored ones."""
    features = toy.run("augment.0.probability=0").folder
    waveform = toy.run("augment.0.probability=0", "augment.0.on=waveform").folder
    pairs = list(zip(history(features), history(waveform), strict=True))
    assert all(a["loss"] == pytest.approx(b["loss"], rel=1e-4) for a, b in pairs)
    changed = toy.run("augment.0.probability=1", "augment.0.on=waveform").folder
    assert history(changed)[0]["train_loss"] != history(waveform)[0]["train_loss"]


def test_model_that_cannot_be_exported_predicts_with_torch(toy: ToyRuns) -> None:
    narrator = Notebook()
    folder = toy.run("model.exports=false", narrator=narrator).folder
    assert not (folder / "bundle" / "model.onnx").exists()
    assert any("no ONNX in the bundle" in said for said in narrator.said)
    with (folder / "predictions.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    prediction = genrekit.load(str(folder)).predict(row["path"])
    assert prediction.probability == pytest.approx(float(row["probability"]), abs=2e-6)
    plugins.configure()
    with pytest.raises(errors.BundleError, match="needs the features 'toy-bands'") as caught:
        genrekit.load(str(folder))
    assert "needs the model 'toy-small'" in str(caught.value)
    assert f"try: --plugin {TOY}, the file that it was trained with" in str(caught.value)


@pytest.mark.parametrize("when", [1, 2])
def test_interrupted_run_keeps_its_best_and_resumes_exactly(
    toy: ToyRuns, when: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = toy.run().folder
    count = 0
    original = pipeline.Run.epoch_ended

    def interrupting(self: Any, line: dict[str, float]) -> Any:
        nonlocal count
        count += 1
        answer = original(self, line)
        if count == when + 1:
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(pipeline.Run, "epoch_ended", interrupting)
    narrator = Notebook()
    result = toy.run(narrator=narrator)
    assert result.interrupted
    assert any("genrekit run --resume" in said for said in narrator.said)
    assert (result.folder / "bundle" / "model.onnx").exists()
    monkeypatch.setattr(pipeline.Run, "epoch_ended", original)
    resumed = running.resume_run(result.folder, store=toy.root / "store")
    assert not resumed.interrupted
    assert weights(resumed.folder) == weights(whole)
    assert history(resumed.folder) == history(whole)


def test_early_stop_and_ties(toy: ToyRuns) -> None:
    """Accuracy reaches 1 at once and cannot improve: training stops; of equals the lowest loss is kept."""
    result = toy.run("train.epochs=20", "train.stop_early={metric='accuracy', patience=2}")
    lines = history(result.folder)
    best = max(line["accuracy"] for line in lines)
    first = next(index for index, line in enumerate(lines) if line["accuracy"] == best)
    assert len(lines) == first + 3
    assert result.metrics["stopped"] == "accuracy has not improved for 2 epochs"
    equals = [line for line in lines if line["accuracy"] == best]
    assert result.metrics["best_epoch"] == min(equals, key=lambda line: line["loss"])["epoch"]


def test_run_events_reach_plugins(toy: ToyRuns) -> None:
    toy_plugin = toy_module()

    toy_plugin.EVENTS.clear()
    folder = toy.run().folder
    kinds = [type(event).__name__ for event in toy_plugin.EVENTS]
    assert kinds == ["RunStarted", "EpochEnded", "EpochEnded", "EpochEnded", "RunEnded"]
    assert toy_plugin.EVENTS[-1].status == "finished"
    assert toy_plugin.EVENTS[0].folder == folder


def test_only_training_clips_are_augmented_and_anew_in_every_epoch(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy_plugin = toy_module()

    factors: list[float] = []
    original = toy_plugin.Louder.draw

    def counting(self: Any, rng: Any, shape: tuple[int, ...]) -> dict[str, float]:
        drawn = original(self, rng, shape)
        factors.append(drawn["factor"])
        return drawn

    monkeypatch.setattr(toy_plugin.Louder, "draw", counting)
    toy.run("augment.0.probability=1", "train.epochs=2")
    # One trial, then 12 training clips of two windows, two epochs, nothing for the 6 validation clips; no draw twice.
    assert len(factors) == len(set(factors)) == 1 + 12 * 2 * 2
