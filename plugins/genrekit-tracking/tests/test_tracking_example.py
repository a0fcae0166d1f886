"""The example recipe runs, here for one epoch on few clips; so does the command."""

from __future__ import annotations

from pathlib import Path

import pytest
from genrekit_tracking.teller import read_record

import genrekit
from genrekit.cli import main

RECIPE = Path(__file__).parent.parent / "examples" / "tracking.toml"
SHORT = ["train.epochs=1", "dataset.clips_per_class=12", "dataset.classes=2", "dataset.seconds=3.0", "train.threads=1"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_example_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    store = f"sqlite:///{tmp_path / 'mlflow.db'}"
    short = [*SHORT, f"tracking.mlflow.uri={store}", "tracking.files=false", "tracking.bundle=false"]
    where = {"runs": tmp_path / "runs", "store": tmp_path / "store"}
    monkeypatch.chdir(tmp_path)
    result = genrekit.run(RECIPE, overrides=short, finish=False, **where)
    record = read_record(result.folder)
    assert {name: state["epochs"] for name, state in record.items()} == {"tensorboard": 1, "mlflow": 1}
    assert list((result.folder / "tensorboard").glob("events.*"))
    assert main(["track", str(result.folder)]) == 0
    assert "all trackers have been told before" in capsys.readouterr().out


def test_the_command_says_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["track", str(tmp_path)]) == 2
    assert "is not the folder of a run" in capsys.readouterr().err
