"""Bundles: found, checked, refused with a reason."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from toy_runs import ToyRuns, write

import genrekit
from genrekit import bundle
from genrekit.errors import AudioError, BundleError


@pytest.fixture
def trained(toy: ToyRuns) -> Path:
    """A run folder."""
    return toy.run("train.epochs=1").folder


def change(folder: Path, **values: Any) -> None:
    """Change bundle.json."""
    path = folder / "bundle" / "bundle.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_run_bundle_and_latest_all_lead_to_it(trained: Path) -> None:
    latest = trained.parent.parent / "latest"
    assert bundle.find(trained) == trained / "bundle"
    assert bundle.find(trained / "bundle") == trained / "bundle"
    assert bundle.find(latest).resolve() == (trained / "bundle").resolve()
    # Where links cannot be made, latest is a text file.
    latest.unlink()
    latest.write_text(f"toy/{trained.name}")
    assert bundle.find(latest).resolve() == (trained / "bundle").resolve()


def test_nothing_trained_yet_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BundleError, match="no model at runs/latest") as caught:
        genrekit.load()
    assert "genrekit run examples/quickstart.toml" in str(caught.value)


def test_unfinished_run_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").touch()
    with pytest.raises(BundleError, match="genrekit run --resume"):
        genrekit.load(str(tmp_path))


def test_changed_model_is_refused(trained: Path) -> None:
    path = trained / "bundle" / "model.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleError, match=r"model\.onnx is damaged or was changed"):
        genrekit.load(str(trained))


def test_missing_model_is_refused(trained: Path) -> None:
    (trained / "bundle" / "model.onnx").unlink()
    with pytest.raises(BundleError, match=r"model\.onnx is missing"):
        genrekit.load(str(trained))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"format": 2}, "not a bundle of format 1"),
        ({"labels": []}, "labels"),
        ({"labels": "rock"}, "labels"),
        ({"audio": {"sample_rate": -1}}, "audio"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_wrong_manifest_is_refused(trained: Path, values: dict[str, Any], told: str) -> None:
    change(trained, **values)
    with pytest.raises(BundleError, match=told):
        genrekit.load(str(trained))


def test_manifest_that_is_no_json_is_refused(trained: Path) -> None:
    (trained / "bundle" / "bundle.json").write_bytes(b"\x80\x04}")
    with pytest.raises(BundleError, match="not a bundle"):
        genrekit.load(str(trained))


def test_failed_file_fails_alone(trained: Path, toy: ToyRuns) -> None:
    good, bad = toy.tones / "low" / "0.wav", toy.root / "bad.wav"
    bad.write_text("no audio")
    predictor = genrekit.load(str(trained))
    answers = list(predictor.predict_many([bad, good, toy.root / "gone.wav", good]))
    assert [answer.status for answer in answers] == ["failed", "ok", "failed", "ok"]
    assert "cannot be decoded" in (answers[0].reason or "")
    assert answers[2].reason == "no such file or directory"
    assert answers[1] == answers[3]
    assert sum(answers[1].probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert list(answers[1].probabilities.values()) == sorted(answers[1].probabilities.values(), reverse=True)
    with pytest.raises(AudioError, match="cannot be decoded"):
        predictor.predict(bad)


def test_long_recording_is_the_mean_of_its_windows(trained: Path, toy: ToyRuns) -> None:
    import numpy as np
    import soundfile

    predictor = genrekit.load(str(trained))
    pieces = [soundfile.read(toy.tones / name / "0.wav", dtype="float32")[0][:4096] for name in ("low", "high")]
    alone = [predictor.predict(write(toy.root / f"{i}.wav", piece)).probabilities for i, piece in enumerate(pieces)]
    both = predictor.predict(write(toy.root / "both.wav", np.concatenate(pieces)))
    assert both.windows == 2
    for label in predictor.labels:
        assert both.probabilities[label] == pytest.approx((alone[0][label] + alone[1][label]) / 2, abs=1e-6)


def test_prediction_imports_no_torch(trained: Path, toy: ToyRuns) -> None:
    code = (
        "import sys, genrekit; print(genrekit.load(sys.argv[1]).predict(sys.argv[2]).status);"
        "print([name for name in ('torch', 'sklearn', 'matplotlib', 'polars', 'accelerate') if name in sys.modules])"
    )
    arguments = [sys.executable, "-c", code, str(trained), str(toy.tones / "low" / "0.wav")]
    out = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    assert out.split("\n")[:2] == ["ok", "[]"]


def test_model_card_tells_labels_and_figures(trained: Path) -> None:
    card = (trained / "bundle" / "README.md").read_text()
    assert "high, low, middle" in card
    assert "| validation | " in card
