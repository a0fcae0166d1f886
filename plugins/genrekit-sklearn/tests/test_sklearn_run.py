"""The example recipe, from clips to a bundle that needs none of this."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import genrekit
from genrekit.pipeline import RunResult

EXAMPLE = Path(__file__).parents[1] / "examples" / "sklearn.toml"
SHORT = ["dataset.clips_per_class=12", "dataset.seconds=1.0", "features.frames=43"]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    root = tmp_path_factory.mktemp("sklearn")
    return genrekit.run(EXAMPLE, overrides=SHORT, runs=root / "runs", store=root / "store")


def test_the_example_learns(result: RunResult) -> None:
    assert result.metrics["test"]["accuracy"] > 0.5
    assert result.metrics["epochs"] == 1
    assert (result.folder / "report.html").is_file()


def test_nothing_is_pickled(result: RunResult) -> None:
    files = [path for path in result.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if path.read_bytes()[:1] == b"\x80" or path.suffix in {".pkl", ".joblib", ".pt"}]


def test_the_bundle_predicts_without_scikit_learn_or_this_package(result: RunResult) -> None:
    manifest = json.loads((result.folder / "bundle" / "bundle.json").read_text())
    assert manifest["onnx_missing"] is None
    assert manifest["model"]["distribution"] == "genrekit-sklearn"
    song = (result.folder / "predictions.csv").read_text().splitlines()[1].split(",")[1]
    program = (
        "import sys; sys.modules['sklearn'] = sys.modules['skl2onnx'] = sys.modules['genrekit_sklearn'] = None\n"
        "import genrekit; answer = genrekit.load(sys.argv[1]).predict(sys.argv[2]); print(answer.label)\n"
        "assert 'torch' not in sys.modules"
    )
    command = [sys.executable, "-c", program, str(result.folder), song]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in manifest["labels"]
