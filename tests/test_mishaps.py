"""What goes wrong between the start of a run and its end, and is not allowed to cost anything."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_runs import ToyRuns, make_tones, write

from genrekit import atomic, errors, export, history, pipeline, running
from genrekit.run_folder import RunFolder
from genrekit.store import HashIndex, stat_of


def interrupted(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a run that was stopped in its second epoch."""
    original = pipeline.Run.epoch_ended

    def stopping(self: Any, line: dict[str, float]) -> Any:
        if line["epoch"] == 2:
            raise KeyboardInterrupt
        return original(self, line)

    with monkeypatch.context() as patch:
        patch.setattr(pipeline.Run, "epoch_ended", stopping)
        return toy.run().folder


def test_resume_refuses_other_data_and_keeps_what_was_there(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file more would move clips between the parts: the model would be tested on what it was trained on."""
    folder = interrupted(toy, monkeypatch)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    write(toy.tones / "high" / "00.wav", np.random.default_rng(5).normal(size=6000) * 0.1)
    with pytest.raises(errors.DataError, match=r"not what the run .* was started with") as caught:
        running.resume_run(folder, store=toy.root / "store")
    assert "18 usable clips then, 19 now" in str(caught.value)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_resume_elsewhere_leaves_what_is_called_latest_alone(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = interrupted(toy, monkeypatch)
    moved = toy.root / "a" / "b" / "mine"
    shutil.copytree(folder, moved)
    (toy.root / "a" / "latest").write_text("precious")
    running.resume_run(moved, store=toy.root / "store")
    assert (toy.root / "a" / "latest").read_text() == "precious"


def test_latest_is_never_taken_from_somebody_else(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, "toy")
    (tmp_path / "latest").write_text("my notes")
    run.make_latest(tmp_path)
    assert (tmp_path / "latest").read_text() == "my notes"
    (tmp_path / "latest").unlink()
    run.make_latest(tmp_path)
    assert (tmp_path / "latest").resolve() == run.path.resolve()


def test_samples_beyond_measure_are_quarantined(toy: ToyRuns) -> None:
    write(toy.tones / "high" / "2.wav", np.full(6000, 1e30))
    data = json.loads((toy.run().folder / "data.json").read_text())
    assert [Path(row["path"]).name for row in data["quarantined"]] == ["2.wav"]
    assert data["quarantined"][0]["reason"] == "holds samples as large as 1e+30; full scale is 1"


def test_figure_that_is_no_number_is_the_worst_and_null() -> None:
    lines = [{"epoch": 1, "loss": float("nan")}, {"epoch": 2, "loss": 0.5}, {"epoch": 3, "loss": float("inf")}]
    assert history.best(lines, "loss")["epoch"] == 2
    assert atomic.finite({"a": [1.0, float("nan")], "b": float("inf"), "c": "x"}) == {
        "a": [1.0, None],
        "b": None,
        "c": "x",
    }


def test_export_that_answers_nan_is_not_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import torch

    class Nan:
        @staticmethod
        def open(path: Path) -> Any:
            return lambda waveform: np.full((1, 2), np.nan, np.float32)

    monkeypatch.setattr("genrekit.onnx_engine.OnnxEngine", Nan)
    monkeypatch.setattr("genrekit.predict.OnnxEngine", Nan, raising=False)
    classifier = export.WaveformClassifier(torch.nn.Flatten(), torch.nn.Linear(4, 2))
    assert export.compare(classifier, tmp_path / "x.onnx", [np.zeros(4, np.float32)]) == float("inf")


def test_data_that_vanishes_during_training_does_not_cost_the_model(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = pipeline.Run.epoch_ended

    def removing(self: Any, line: dict[str, float]) -> Any:
        shutil.rmtree(toy.tones, ignore_errors=True)
        return original(self, line)

    monkeypatch.setattr(pipeline.Run, "epoch_ended", removing)
    assert (toy.run().folder / "bundle" / "model.onnx").exists()


def test_interrupt_while_weights_are_written_keeps_the_epoch_before(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    from genrekit import checkpoint

    original, count = checkpoint.save_weights, 0

    def interrupting(path: Path, network: Any) -> None:
        nonlocal count
        count += path.name == "best.safetensors"
        if count == 2 and path.name == "best.safetensors":
            raise KeyboardInterrupt
        original(path, network)

    monkeypatch.setattr(checkpoint, "save_weights", interrupting)
    result = toy.run("train.epochs=9", "train.keep=loss")
    assert result.interrupted
    assert result.metrics["best_epoch"] == result.metrics["epochs"] == 1


def test_augmenter_that_returns_nothing_is_named(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    from genrekit.plugins import installed

    louder = installed().registry.find("augmenter", "toy-louder").component
    monkeypatch.setattr(louder, "apply", lambda self, batch, draws: None)
    with pytest.raises(errors.PluginError, match=r"augmenter 'toy-louder' .*: apply\(\) returned NoneType"):
        toy.run("augment.0.probability=1")


def test_corrupt_hash_index_is_made_anew(tmp_path: Path) -> None:
    clip = tmp_path / "clip.wav"
    clip.write_bytes(b"x")
    (tmp_path / "hashes.sqlite").write_bytes(b"no database at all, but long enough to be taken for one" * 20)
    index = HashIndex(tmp_path)
    index.remember({stat_of(str(clip)): "abc"})
    assert index.known([stat_of(str(clip))]) == {stat_of(str(clip)): "abc"}


def test_store_that_is_a_file_is_an_error(toy: ToyRuns) -> None:
    (toy.root / "file").touch()
    with pytest.raises(errors.GenrekitError, match=r"cannot write .*file: file exists"):
        toy.run(store="file")


def test_what_is_written_can_be_read_by_others(toy: ToyRuns) -> None:
    folder = toy.run("train.epochs=1").folder
    plain = toy.root / "plain"
    plain.touch()
    expected = stat.S_IMODE(plain.stat().st_mode)
    files = [path for root in (folder, toy.root / "store" / "items") for path in root.rglob("*") if path.is_file()]
    assert {path: oct(stat.S_IMODE(path.stat().st_mode)) for path in files} == dict.fromkeys(files, oct(expected))


def test_short_stretch_of_a_long_file_is_noted(tmp_path: Path) -> None:
    from toy_runs import TOY

    from genrekit import audio, clip_preparation
    from genrekit.heard import Heard
    from genrekit.plugins import load
    from genrekit.store import Store

    path = make_tones(tmp_path / "tones") / "low" / "0.wav"
    features = load(local=[TOY]).registry.find("features", "toy-bands").component()
    job = clip_preparation.Job(0, str(path), 0.0, 0.005, "features", features, Store(tmp_path), None)  # type: ignore[arg-type]
    notes = clip_preparation._notes(1, Heard([], 0, 0), audio.probe(path), job)
    assert notes == ["only 0.005 s long: mostly padding"]
