"""From the example recipe to a bundle that needs neither timm nor this plugin."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import genrekit
from genrekit.errors import BundleError
from genrekit.pipeline import RunResult
from genrekit.plugins import configure

EXAMPLE = Path(__file__).parent.parent / "examples" / "timm.toml"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """The example with a small network, few clips and one epoch."""
    folder = tmp_path_factory.mktemp("timm")
    small = ["model.architecture=test_efficientnet", "model.pretrained=false", "dataset.clips_per_class=6"]
    small += ["dataset.classes=3", "dataset.seconds=1", f"dataset.root={folder / 'clips'}"]
    short = ["features.frames=40", "features.n_mels=64", "features.n_fft=1024", "train.epochs=1", "train.threads=1"]
    return genrekit.run(EXAMPLE, overrides=small + short, runs=folder / "runs", store=folder / "store")


@pytest.fixture
def without_the_plugin() -> Iterator[None]:
    configure(blocked=["genrekit-timm"])
    yield
    configure()


@pytest.fixture
def clip(trained: RunResult) -> Path:
    return next(path for path in trained.folder.parents[2].glob("clips/*/*.wav"))


def test_the_graph_is_torchs_within_rounding(trained: RunResult) -> None:
    manifest = json.loads((trained.folder / "bundle" / "bundle.json").read_text())
    assert manifest["onnx_missing"] is None
    assert manifest["onnx_difference"] < 1e-4
    assert manifest["model"]["distribution"] == "genrekit-timm"


def test_rates_were_those_of_layers(trained: RunResult) -> None:
    line = json.loads((trained.folder / "history.jsonl").read_text().splitlines()[0])
    assert line["lr"] == pytest.approx(2e-3, rel=0.9)


@pytest.mark.usefixtures("without_the_plugin")
def test_it_predicts_without_the_plugin(trained: RunResult, clip: Path) -> None:
    assert genrekit.load(trained.folder).predict(clip).status == "ok"


def without_graph(trained: RunResult, folder: Path) -> Path:
    """The bundle as it would be had the export failed."""
    for path in (trained.folder / "bundle").iterdir():
        if path.name not in {"model.onnx", "bundle.json"}:
            (folder / path.name).write_bytes(path.read_bytes())
    manifest = json.loads((trained.folder / "bundle" / "bundle.json").read_text())
    del manifest["files"]["model.onnx"]
    (folder / "bundle.json").write_text(json.dumps(manifest))
    return folder


def test_without_a_graph_torch_answers_the_same(trained: RunResult, clip: Path, tmp_path: Path) -> None:
    graph = genrekit.load(trained.folder).predict(clip).probabilities
    torch = genrekit.load(without_graph(trained, tmp_path)).predict(clip).probabilities
    assert graph is not None
    assert torch is not None
    np.testing.assert_allclose(list(torch.values()), list(graph.values()), atol=1e-4)


@pytest.mark.usefixtures("without_the_plugin")
def test_without_a_graph_it_says_what_to_install(trained: RunResult, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r'pip install "genrekit-timm==\d'):
        genrekit.load(without_graph(trained, tmp_path))
