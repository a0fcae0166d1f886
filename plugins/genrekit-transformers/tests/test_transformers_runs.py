"""The examples, on tiny checkpoints: stored embeddings, a fine-tuned encoder, and bundles that need nothing of it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from transformers_checkpoints import checkpoint

import genrekit
from genrekit.errors import BundleError, GenrekitError
from genrekit.pipeline import RunResult
from genrekit.plugins import configure
from genrekit.preparation import prepare
from genrekit.recipe import load
from genrekit.store import Store

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("transformers")


def small(root: Path, example: str, folder: Path) -> Path:
    """The example with ``folder`` in place of the hub."""
    lines = (EXAMPLES / f"{example}.toml").read_text().splitlines()
    assert any(line.startswith("hub = ") for line in lines)
    recipe = root / f"{example}.toml"
    recipe.write_text("\n".join(f'folder = "{folder}"' if line.startswith("hub = ") else line for line in lines))
    return recipe


def run(root: Path, recipe: Path, *overrides: str, **options: Any) -> RunResult:
    """An epoch on a few clips."""
    more = [*few(root), "train.epochs=1", "train.threads=1", *overrides]
    return genrekit.run(recipe, overrides=more, runs=root / "runs", store=root / "store", **options)


def few(root: Path) -> list[str]:
    """18 clips of a second."""
    clips = ["dataset.clips_per_class=6", "dataset.classes=3", "dataset.seconds=1", f"dataset.root={root / 'clips'}"]
    return [*clips, "features.seconds=0.6"]


def computed(root: Path, recipe: Path) -> int:
    """How many items the store gets from a recipe's features, as a run would have them computed."""
    found, before = load(recipe, few(root)), items(root)
    clips = found.split.split(found.dataset.clips(), found.seed)
    prepare(clips, found.features, "features", found.executor, Store(root / "store"))
    return len(items(root) - before)


@pytest.fixture(scope="module")
def embedded(root: Path) -> RunResult:
    return run(root, small(root, "embeddings", checkpoint(root, "whisper")))


@pytest.fixture(scope="module")
def tuned(root: Path) -> RunResult:
    return run(root, small(root, "fine-tune", checkpoint(root, "audio-spectrogram-transformer")))


@contextlib.contextmanager
def without_the_plugin() -> Iterator[None]:
    configure(blocked=["genrekit-transformers"])
    try:
        yield
    finally:
        configure()


def manifest(result: RunResult) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((result.folder / "bundle" / "bundle.json").read_text())
    return found


def items(root: Path) -> set[str]:
    return {path.name for path in (root / "store" / "items").glob("*/*")}


@pytest.mark.parametrize("which", ["embedded", "tuned"])
def test_bundles_predict_without_the_plugin(which: str, root: Path, request: pytest.FixtureRequest) -> None:
    result = request.getfixturevalue(which)
    told = manifest(result)
    assert told["onnx_missing"] is None
    assert told["onnx_difference"] < 1e-4
    assert str(root) not in json.dumps([told["features"], told["model"]])
    clip = next((root / "clips").glob("*/*.wav"))
    with without_the_plugin():
        assert genrekit.load(result.folder).predict(clip).status == "ok"


def test_without_a_graph_it_needs_the_plugin_and_no_checkpoint(tuned: RunResult, root: Path, tmp_path: Path) -> None:
    clip = next((root / "clips").glob("*/*.wav"))
    before = genrekit.load(tuned.folder).predict(clip)
    told = manifest(tuned)
    del told["files"]["model.onnx"]
    (tmp_path / "bundle.json").write_text(json.dumps(told))
    (tmp_path / "model.safetensors").write_bytes((tuned.folder / "bundle" / "model.safetensors").read_bytes())
    moved = root / "audio-spectrogram-transformer"
    moved.rename(root / "away")
    try:
        again = genrekit.load(tmp_path).predict(clip)
    finally:
        (root / "away").rename(moved)
    assert again.probabilities == pytest.approx(before.probabilities, abs=1e-4)
    with without_the_plugin(), pytest.raises(BundleError, match=r'pip install "genrekit-transformers==\d'):
        genrekit.load(tmp_path)


def test_embeddings_are_computed_once_for_each_checkpoint(root: Path, tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, "hubert")
    recipe = small(tmp_path, "embeddings", folder)
    assert [computed(root, recipe), computed(root, recipe)] == [18, 0]
    moved = folder.rename(tmp_path / "moved")
    checkpoint(tmp_path, "hubert", seed=1)
    assert computed(root, recipe) == 18
    assert computed(root, small(tmp_path, "embeddings", moved)) == 0


def test_a_run_names_what_it_stands_on(embedded: RunResult) -> None:
    told = json.loads((embedded.folder / "identities.json").read_text())
    assert len(told["features transformer-embeddings"]["checkpoint"]) == 64


def test_a_missing_checkpoint_is_said_before_any_audio_is_read(tmp_path: Path) -> None:
    with pytest.raises(GenrekitError, match=r"no checkpoint at .*nowhere"):
        run(tmp_path, small(tmp_path, "embeddings", tmp_path / "nowhere"))
    assert items(tmp_path) == set()


def test_a_checkpoint_that_does_not_go_with_the_model_is_said_with_its_line(root: Path, tuned: RunResult) -> None:
    other = checkpoint(root, "hubert")
    with pytest.raises(GenrekitError) as caught:
        run(root, root / "fine-tune.toml", f"model.folder={other}", "model.pooling=mean")
    assert "it takes waveforms" in str(caught.value)
    assert "[model]" in str(caught.value)
