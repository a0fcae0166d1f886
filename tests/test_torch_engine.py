"""A bundle without ONNX, where its plugin is missing or another version of it is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from toy_runs import TOY, ToyRuns

import genrekit
from genrekit import plugins
from genrekit.errors import BundleError


@pytest.fixture
def bundle(toy: ToyRuns) -> Path:
    """As if two distributions had brought its components."""
    folder = toy.run("train.epochs=1", "model.exports=false").folder / "bundle"
    rewrite(folder, "features", distribution="genrekit-bands", version="1.2")
    rewrite(folder, "model", distribution="genrekit-small", version="3.4")
    return folder


def rewrite(folder: Path, part: str, **values: Any) -> None:
    path = folder / "bundle.json"
    manifest = json.loads(path.read_text())
    manifest[part] |= values
    path.write_text(json.dumps(manifest))


def refused(folder: Path) -> str:
    with pytest.raises(BundleError) as caught:
        genrekit.load(folder)
    return str(caught.value)


def test_all_that_is_missing_is_named_at_once(bundle: Path) -> None:
    plugins.configure()
    answer = refused(bundle)
    assert "the bundle needs the features 'toy-bands', which is not installed" in answer
    assert 'try: pip install "genrekit-bands==1.2"' in answer
    assert "the bundle needs the model 'toy-small', which is not installed" in answer
    assert 'try: pip install "genrekit-small==3.4"' in answer


def test_a_plugin_that_does_not_load_is_named(bundle: Path) -> None:
    plugins.configure(blocked=["crnn"])
    assert "not loaded: 'crnn' (genrekit " in refused(bundle)


def test_options_that_its_component_does_not_have_any_more(bundle: Path) -> None:
    manifest = json.loads((bundle / "bundle.json").read_text())
    rewrite(bundle, "model", options=manifest["model"]["options"] | {"depth": 3})
    answer = refused(bundle)
    assert answer.startswith("the bundle's model cannot be built: Extra inputs are not permitted")
    assert "why: it was made with genrekit-bands 1.2 and genrekit-small 3.4" in answer
    assert 'try: pip install "genrekit-bands==1.2"; pip install "genrekit-small==3.4"' in answer


def test_weights_that_do_not_fit_its_component(bundle: Path) -> None:
    manifest = json.loads((bundle / "bundle.json").read_text())
    rewrite(bundle, "model", options=manifest["model"]["options"] | {"width": 3})
    answer = refused(bundle)
    assert answer.startswith("the bundle's model cannot be built: RuntimeError: ")
    assert 'pip install "genrekit-small==3.4"' in answer


def test_with_its_plugin_it_answers(bundle: Path, toy: ToyRuns) -> None:
    plugins.configure(local=[str(TOY)])
    assert genrekit.load(bundle).predict(toy.tones / "low" / "0.wav").label in {"low", "middle", "high"}
