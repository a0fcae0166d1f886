"""Where encoders come from: the hub's cache or a folder, without anybody's code, found out early when it is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from genrekit_transformers import Embeddings, EncoderInput, Transformer, hub
from pydantic import ValidationError
from safetensors.torch import load_file, save_file
from transformers_checkpoints import checkpoint, noise

import genrekit
from genrekit.errors import GenrekitError

WEIGHTS, CONFIG, PREPROCESSOR = "model.safetensors", "config.json", "preprocessor_config.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound one."""
    return checkpoint(tmp_path, "wav2vec2")


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The hub's cache, empty, and nothing beyond it."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    hub.fetched.cache_clear()
    yield tmp_path / "cache"
    hub.fetched.cache_clear()


def downloaded(cache: Path, folder: Path, name: str = "someone/encoder", revision: str = "main") -> Path:
    """``folder`` put into the cache as huggingface_hub does."""
    repository, commit = cache / f"models--{name.replace('/', '--')}", "0123456789abcdef0123456789abcdef01234567"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / revision).write_text(commit)
    return Path(shutil.copytree(folder, repository / "snapshots" / commit))


def rewrite(path: Path, **changes: Any) -> None:
    """Change a JSON file; None takes a key out."""
    found = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({key: value for key, value in found.items() if value is not None}))


def embedding(features: Embeddings) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = features.build()(noise(4000))
    return found


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "give one of hub, folder and architecture"),
        ({"hub": "a/b", "folder": "here"}, "give one of hub, folder and architecture, not hub and folder"),
        ({"folder": "here", "revision": "main"}, "revision is of a checkpoint on the hub"),
        ({"hub": "wav2vec2"}, "hub"),
        ({"hub": "../../etc/passwd"}, "hub"),
        ({"architecture": "no JSON"}, "architecture should be JSON"),
        ({"architecture": '{"config": {"model_type": "bert"}, "preprocessor": {}}'}, "its model_type is 'bert'"),
    ],
)
def test_one_origin(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Embeddings(**options)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    features = Embeddings(folder=tmp_path / "nowhere")
    for ask in (features.identity, features.output_shape, features.build):
        with pytest.raises(GenrekitError, match=r"no checkpoint at .*nowhere|nowhere holds no model"):
            ask()


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (CONFIG, "holds no checkpoint"),
        (PREPROCESSOR, "does not say how sounds are prepared"),
        (WEIGHTS, r"holds no model\.safetensors"),
    ],
)
def test_files_that_are_not_there(missing: str, said: str, folder: Path) -> None:
    (folder / missing).unlink()
    with pytest.raises(GenrekitError, match=said):
        Embeddings(folder=folder).build()


def test_pickles_are_not_opened(folder: Path) -> None:
    (folder / WEIGHTS).rename(folder / "pytorch_model.bin")
    with pytest.raises(GenrekitError) as caught:
        Embeddings(folder=folder).build()
    assert "there is pytorch_model.bin, but such files can hold code" in str(caught.value)


def test_code_of_a_checkpoint_is_not_run(folder: Path) -> None:
    """``trust_remote_code`` would import this."""
    (folder / "evil.py").write_text(
        f"open({str(folder / 'ran')!r}, 'w').close()\nclass Model: ...\nclass Config: ...\n"
    )
    rewrite(folder / CONFIG, auto_map={"AutoModel": "evil.Model", "AutoConfig": "evil.Config"})
    assert embedding(Embeddings(folder=folder)).isfinite().all()
    assert not (folder / "ran").exists()


@pytest.mark.parametrize("text", ["{", "[1]", "\udcff"])
def test_a_damaged_configuration(text: str, folder: Path) -> None:
    (folder / CONFIG).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(GenrekitError, match=r"cannot read .*config\.json"):
        Embeddings(folder=folder).output_shape()


def test_a_configuration_that_transformers_refuses(folder: Path) -> None:
    rewrite(folder / CONFIG, conv_dim=[8])
    with pytest.raises(GenrekitError, match="transformers cannot use the configuration of this wav2vec2"):
        Embeddings(folder=folder).build()


def test_an_encoder_of_another_family(folder: Path) -> None:
    rewrite(folder / CONFIG, model_type="bert")
    with pytest.raises(GenrekitError, match="is no encoder that genrekit-transformers knows") as caught:
        Embeddings(folder=folder).output_shape()
    assert "its model_type is 'bert'; known are audio-spectrogram-transformer, hubert," in str(caught.value)


def test_weights_that_are_not_those_of_the_configuration(folder: Path) -> None:
    weights = load_file(folder / WEIGHTS)
    gone = next(name for name in weights if "layers.1" in name)
    save_file({name: value for name, value in weights.items() if name != gone}, folder / WEIGHTS, {"format": "pt"})
    with pytest.raises(GenrekitError, match=r"are not those of its config\.json") as caught:
        Embeddings(folder=folder).build()
    assert "1 tensors are missing" in str(caught.value)


def test_weights_of_another_size(folder: Path) -> None:
    rewrite(folder / CONFIG, hidden_size=32)
    with pytest.raises(GenrekitError, match="cannot read the weights in"):
        Embeddings(folder=folder).build()


def test_damaged_weights(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(b"\xff" * 100)
    with pytest.raises(GenrekitError, match="cannot read the weights in"):
        Embeddings(folder=folder).build()


def test_weights_of_half_precision_are_computed_with_in_float32(folder: Path) -> None:
    half = {name: value.half() for name, value in load_file(folder / WEIGHTS).items()}
    save_file(half, folder / WEIGHTS, {"format": "pt"})
    rewrite(folder / CONFIG, dtype="float16")
    features = Embeddings(folder=folder)
    assert embedding(features).dtype == torch.float32
    assert embedding(features.portable()).dtype == torch.float32


def test_what_decides_is_the_content(folder: Path, tmp_path: Path) -> None:
    before = Embeddings(folder=folder).identity()
    elsewhere = shutil.copytree(folder, tmp_path / "elsewhere")
    assert Embeddings(folder=elsewhere).identity() == before
    assert Embeddings(folder=elsewhere, layers="all").identity() != before
    assert str(tmp_path) not in json.dumps(before)
    for name in (CONFIG, PREPROCESSOR):
        text = (folder / name).read_text()
        (folder / name).write_text(text + "\n")
        assert Embeddings(folder=folder).identity() != before
        (folder / name).write_text(text)
    checkpoint(tmp_path, "wav2vec2", seed=1)
    assert Embeddings(folder=folder).identity() != before


@pytest.mark.parametrize("family", ["audio-spectrogram-transformer", "wavlm", "whisper"])
def test_what_bundles_hold_is_built_without_the_checkpoint(family: str, tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, family)
    shape = EncoderInput(folder=folder, seconds=0.5).output_shape()
    assert shape is not None
    whole = [Embeddings(folder=folder, seconds=0.5), EncoderInput(folder=folder, seconds=0.5)]
    modules: list[tuple[Any, Any]] = [(one.build(), one.portable()) for one in whole]
    model = Transformer(folder=folder)
    network, portable_model = model.build(shape, 3), model.portable()
    shutil.rmtree(folder)
    for module, portable in modules:
        assert str(tmp_path) not in portable.model_dump_json()
        again = type(portable).model_validate_json(portable.model_dump_json()).build()
        again.load_state_dict(module.state_dict())
        assert torch.equal(again(noise(5000)), module(noise(5000)))
    portable_model.build(shape, 3).load_state_dict(network.state_dict())


def test_without_a_connection_it_says_what_is_missing(no_connection: Path) -> None:
    features = Embeddings(hub="someone/encoder", revision="v1")
    assert features.output_shape() is None
    Transformer(hub="someone/encoder").check(genrekit.FeatureShape(1, 128, 128), 3)
    with pytest.raises(GenrekitError, match="cannot get someone/encoder at v1 from the Hugging Face hub"):
        features.identity()


def test_what_was_downloaded_before_needs_no_connection(no_connection: Path, folder: Path) -> None:
    downloaded(no_connection, folder)
    features = Embeddings(hub="someone/encoder", seconds=0.5)
    assert features.output_shape() == (1, 16, 1)
    assert features.identity() == Embeddings(folder=folder, seconds=0.5).identity()
    assert torch.equal(embedding(features), embedding(Embeddings(folder=folder, seconds=0.5)))


def test_half_a_download_is_none(no_connection: Path, folder: Path) -> None:
    (downloaded(no_connection, folder) / WEIGHTS).unlink()
    features = Embeddings(hub="someone/encoder")
    assert features.output_shape() is None
    with pytest.raises(GenrekitError, match=r"cannot get someone/encoder|holds no model"):
        features.build()


def test_the_newer_file_of_the_preprocessing_is_read_too(folder: Path) -> None:
    before = embedding(Embeddings(folder=folder))
    said = json.loads((folder / PREPROCESSOR).read_text())
    (folder / PREPROCESSOR).unlink()
    (folder / "processor_config.json").write_text(json.dumps({"feature_extractor": said}))
    assert torch.equal(embedding(Embeddings(folder=folder)), before)
    (folder / "processor_config.json").write_text(json.dumps({"feature_extractor": said | {"do_normalize": False}}))
    assert not torch.equal(embedding(Embeddings(folder=folder)), before)
