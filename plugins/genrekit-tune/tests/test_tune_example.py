"""The example recipe is searched, here for two trials of one epoch on few clips, by the command."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from genrekit.cli import main

RECIPE = Path(__file__).parent.parent / "examples" / "tune.toml"
SHORT = ["train.epochs=1", "dataset.clips_per_class=12", "dataset.classes=2", "train.threads=1", "tune.trials=2"]


def test_the_example_is_searched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    overrides = [part for override in SHORT for part in ("--set", override)]
    assert main(["tune", str(RECIPE), *overrides, "--store", str(tmp_path / "store")]) == 0
    out = capsys.readouterr().out
    assert "trial 0 of 2: train.optimizer.lr 0.002, train.batch_size 16, model.hidden_size 32" in out
    assert "2 trials: 2 complete" in out
    assert "the test part has not been looked at" in out
    best = tomllib.loads((tmp_path / "runs" / "tuned-tune" / "best.toml").read_text())
    assert best["name"] == "tuned-tuned"


def test_help_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tune", "--help"]) == 0
    assert "--study FOLDER" in capsys.readouterr().out
