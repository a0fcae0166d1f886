"""Pushing to a stand-in for the Hub: the commit, the card, and what the command says."""

from __future__ import annotations

from pathlib import Path

import pytest
from genrekit_hub.address import Address
from genrekit_hub.push import Push
from hub_server import Hub
from pushed_models import NAME, UPLOADS, logged_out, metadata, said
from pushed_models import hub as hub
from pushed_models import model as model
from pushed_models import pushed as pushed
from pushed_models import server as server

import genrekit
from genrekit import bundle
from genrekit.cli import main
from genrekit.errors import BundleError

EXAMPLE = Path(__file__).parents[1] / "examples" / "hub.toml"

pytestmark = UPLOADS


def test_one_commit_whose_manifest_has_every_files_checksum(pushed: str, hub: Hub, tmp_path: Path) -> None:
    files = hub.repositories[NAME].commits[pushed]
    assert set(files) == {".gitattributes", "README.md", "bundle.json", "model.onnx"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    manifest = bundle.read_manifest(tmp_path)
    assert set(manifest.files) == {"README.md", "model.onnx"}
    for name in manifest.files:
        bundle.verified(tmp_path, manifest, name)
    assert len(hub.repositories[NAME].commits) == 2


def test_the_card_is_filled_in(pushed: str, hub: Hub) -> None:
    readme = hub.repositories[NAME].commits[pushed]["README.md"].decode()
    found = metadata(readme)
    assert found["license"] == "apache-2.0"
    assert found["library_name"] == "genrekit"
    assert found["pipeline_tag"] == "audio-classification"
    assert found["tags"] == ["audio", "audio-classification", "genrekit", "onnx"]
    assert found["metrics"] == ["accuracy", "f1"]
    (index,) = found["model-index"]
    assert index["name"] == "high-or-low"
    (result,) = index["results"]
    assert result["task"] == {"type": "audio-classification"}
    assert result["dataset"] == {"name": "high-or-low", "type": "high-or-low", "split": "test"}
    assert [(metric["name"], metric["value"]) for metric in result["metrics"]] == [
        ("Accuracy", 0.875),
        ("Macro F1", 0.8667),
    ]
    assert "# high-or-low\n" in readme
    assert f"$ genrekit predict song.wav --model hf:{NAME}\n" in readme


def test_a_run_names_its_data_set_unless_told_another(model: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    model.rename(run / "bundle")
    (run / "recipe.toml").write_text('[dataset]\nuse = "gtzan"\n')
    by_recipe = metadata(Push.of(run, Address.parse(NAME)).readme)
    assert by_recipe["model-index"][0]["results"][0]["dataset"]["name"] == "gtzan"
    assert not {"license", "datasets"} & by_recipe.keys()
    told = metadata(Push.of(run, Address.parse(NAME), dataset="somebody/tones").readme)
    assert told["datasets"] == ["somebody/tones"]


def test_a_damaged_bundle_is_not_pushed(hub: Hub, model: Path) -> None:
    (model / "model.onnx").write_bytes(b"cut off")
    with pytest.raises(BundleError, match="is damaged or was changed"):
        Push.of(model, Address.parse(NAME))
    assert hub.requests == []


def test_files_of_an_earlier_model_go(pushed: str, hub: Hub, model: Path) -> None:
    (model / "model.onnx").rename(model / "model.safetensors")
    bundle.write_manifest(model, bundle.read_manifest(model))
    again = Push.of(model, Address.parse(NAME)).go()
    assert set(hub.repositories[NAME].commits[again.commit]) == {
        ".gitattributes", "README.md", "bundle.json", "model.safetensors",
    }  # fmt: skip


def test_a_model_without_a_graph_says_what_it_needs(hub: Hub, model: Path) -> None:
    (model / "model.onnx").rename(model / "model.safetensors")
    bundle.write_manifest(model, bundle.read_manifest(model))
    made = Push.of(model, Address.parse(NAME))
    made.go()
    assert "pip install genrekit genrekit-hub genrekit-pitch\n" in made.readme
    assert 'try: pip install "genrekit-pitch==1.0"' in said(f"hf:{NAME}")
    assert [path.rpartition("/")[2] for method, path, _ in hub.requests if method == "GET"][-1] == "model.safetensors"


def test_who_may_not_push_is_told(hub: Hub, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BundleError, match=r"the Hub refuses hf:another/pitch: .*403") as raised:
        Push.of(model, Address.parse("another/pitch")).go()
    assert "try: hf auth login" in str(raised.value)
    logged_out(monkeypatch)
    with pytest.raises(BundleError, match="pushing needs a token"):
        Push.of(model, Address.parse(NAME)).go()


def test_the_command_tells_what_it_did(hub: Hub, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["push", str(model), f"hf:{NAME}"]) == 0
    out, err = capsys.readouterr()
    commit = hub.repositories[NAME].branches["main"]
    assert out == (
        f"pushed to {hub.url}/{NAME} (private), commit {commit[:12]}\n"
        f"try: genrekit predict SONG --model hf:{NAME}@{commit}\n"
    )
    assert "warning: the model card names no license" in err
    assert main(["push", str(model), NAME, "--public", "--license", "mit"]) == 0
    assert "the repository was there and is private" in capsys.readouterr().err
    assert main(["push", str(model), "somebody/open", "--public", "--license", "mit"]) == 0
    assert "(public)" in capsys.readouterr().out
    assert not hub.repositories["somebody/open"].private
    assert main(["push", str(model), "somebody/open", "--license", "mit"]) == 2
    assert "the repository somebody/open is public" in capsys.readouterr().err


def test_the_card_can_be_seen_first(hub: Hub, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["push", str(model), NAME, "--show", "--license", "cc-by-4.0"]) == 0
    assert metadata(capsys.readouterr().out)["license"] == "cc-by-4.0"
    assert hub.requests == []


def test_the_example_is_trained_pushed_and_predicts(hub: Hub, tmp_path: Path) -> None:
    short = ["train.epochs=1", "dataset.clips_per_class=9", f"dataset.root={tmp_path / 'clips'}"]
    run = genrekit.run(EXAMPLE, overrides=short, runs=tmp_path / "runs", store=tmp_path / "store")
    assert main(["push", str(run.folder), "somebody/styles"]) == 0
    there, here = genrekit.load("hf:somebody/styles"), genrekit.load(str(run.folder))
    clip = genrekit.audio_files(tmp_path / "clips")[0]
    assert there.predict(clip) == here.predict(clip)
    repository = hub.repositories["somebody/styles"]
    head = repository.resolve("main")
    assert head
    assert metadata(repository.commits[head]["README.md"].decode())["pipeline_tag"] == "audio-classification"
