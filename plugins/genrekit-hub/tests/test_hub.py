"""Pushing to, and predicting from, a stand-in for the Hub."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import genrekit_hub
import huggingface_hub
import pytest
from genrekit_hub.address import Address
from genrekit_hub.push import Push
from hub_server import TOKEN, Hub, Server
from huggingface_hub import constants

import genrekit
from genrekit import bundle
from genrekit.cli import main
from genrekit.errors import BundleError
from genrekit.testing import check_bundle_source, contract_suite, write_bundle, write_tones

NAME = "somebody/pitch"
EXAMPLE = Path(__file__).parents[1] / "examples" / "hub.toml"

# huggingface_hub 2.4 uploads in a way that its HTTP library deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

test_contract = contract_suite("genrekit-hub")


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def hub(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The Hub, as huggingface_hub finds it, with somebody logged in and an empty cache."""
    monkeypatch.setattr(constants, "ENDPOINT", server.hub.url)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", server.hub.url + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    return server.hub


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle")


@pytest.fixture
def pushed(hub: Hub, model: Path) -> str:
    """The commit of a model that has been pushed."""
    return Push.of(model, Address.parse(NAME), "apache-2.0").go().commit


def logged_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")


def metadata(readme: str) -> dict[str, Any]:
    card: Any = huggingface_hub.ModelCard(readme)
    found: dict[str, Any] = card.data.to_dict()
    return found


def said(model: str) -> str:
    with pytest.raises(BundleError) as raised:
        genrekit.load(model)
    return str(raised.value)


def test_what_is_pushed_predicts_as_it_did(pushed: str, hub: Hub, model: Path, tmp_path: Path) -> None:
    tones = genrekit.audio_files(write_tones(tmp_path / "tones", per_class=1))
    here, there = genrekit.load(model), genrekit.load(f"hf:{NAME}")
    assert list(there.predict_many(tones)) == list(here.predict_many(tones))
    assert hub.repositories[NAME].private
    assert hub.repositories[NAME].resolve("main") == pushed


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


def test_only_what_is_needed_is_fetched_and_only_once(pushed: str, hub: Hub, model: Path) -> None:
    hub.requests.clear()
    genrekit.load(f"hf:{NAME}@main")
    asked = [path.rpartition("/")[2] for method, path, _ in hub.requests if method == "GET"]
    assert asked == ["bundle.json", "model.onnx"]
    hub.requests.clear()
    genrekit.load(f"hf:{NAME}@main")
    assert {method for method, _, _ in hub.requests} == {"HEAD"}
    hub.requests.clear()
    genrekit.load(f"hf:{NAME}@{pushed}")
    assert hub.requests == []


def test_a_download_that_broke_off_is_gone_on_with(pushed: str, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """huggingface_hub keeps what came in whole pieces of 10 MB, here of 50 bytes.

    Its releases differ in who goes on, it or whoever calls it the next time.
    """
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 50)
    hub.break_off = 100
    with contextlib.suppress(BundleError):
        genrekit.load(f"hf:{NAME}")
    genrekit.load(f"hf:{NAME}")
    assert [range for method, path, range in hub.requests if method == "GET" and path.endswith(".onnx")] == [
        None,
        "bytes=100-",
    ]


def test_a_revision_is_a_branch_or_a_commit(pushed: str, hub: Hub, model: Path) -> None:
    again = Push.of(model, Address.parse(f"{NAME}@loud"), "mit").go()
    repository = hub.repositories[NAME]
    assert repository.branches == {"main": pushed, "loud": again.commit}
    assert b"license: mit" in repository.commits[again.commit]["README.md"]
    assert genrekit.load(f"hf:{NAME}@loud").folder.name == again.commit
    assert genrekit.load(f"hf:{NAME}@{pushed}").folder.name == pushed


def test_without_a_network_the_cache_is_used_and_that_is_said(
    pushed: str, server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    genrekit.load(f"hf:{NAME}")
    assert caplog.messages == []
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", "http://127.0.0.1:1/{repo_id}/{revision}/{filename}")
    assert genrekit.load(f"hf:{NAME}").folder.name == pushed
    (message,) = [message for message in caplog.messages if message.startswith("the Hub")]
    assert message.startswith("the Hub cannot be reached (")
    assert message.endswith(f"): taking hf:{NAME} as of commit {pushed[:12]}")
    answer = said("hf:somebody/else")
    assert answer.startswith("hf:somebody/else is not on this machine\n  why: the Hub cannot be reached: ")
    assert "try: with a network, the same command fetches it" in answer


def test_offline_by_choice_is_said_too(pushed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    genrekit.load(f"hf:{NAME}")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert genrekit.load(f"hf:{NAME}").folder.name == pushed
    assert "is not on this machine" in said("hf:somebody/else")


def test_what_the_hub_refuses_is_explained(pushed: str, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said("hf:somebody/nothing").startswith("there is no hf:somebody/nothing\n  why: it does not exist, or")
    assert said(f"hf:{NAME}@v9") == f"there is no hf:{NAME}@v9\n  why: the repository has no such branch, tag or commit"
    hub.create("somebody/empty", private=False)
    assert said("hf:somebody/empty").startswith("hf:somebody/empty holds no genrekit model")
    logged_out(monkeypatch)
    assert "try: hf auth login, or a token in HF_TOKEN" in said(f"hf:{NAME}")


@pytest.mark.parametrize(
    "name", ["pitch", "a/b/c", "a//b", "../b", "a/b@", "a/..", "a/b c", "a/" + "b" * 100, "a/b--c"]
)
def test_what_is_no_address_is_refused(name: str) -> None:
    with pytest.raises(genrekit.GenrekitError, match="is no repository of the Hugging Face Hub"):
        genrekit.load(f"hf:{name}")


def test_a_strangers_model_is_checked_like_any(pushed: str, hub: Hub) -> None:
    files = hub.repositories[NAME].commits[pushed]
    hub.repositories[NAME].commit("main", files | {"model.onnx": files["model.onnx"] + b"more"})
    assert "is damaged or was changed" in said(f"hf:{NAME}")
    hub.repositories[NAME].commit("main", files | {"bundle.json": b'{"format": 1}'})
    assert "is not a bundle of format 1" in said(f"hf:{NAME}")
    hub.repositories[NAME].commit("main", files | {"bundle.json": b" " * (bundle.MAX_MANIFEST_BYTES + 1)})
    assert "is refused: it has 16777217 bytes" in said(f"hf:{NAME}")


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


def test_the_source_keeps_its_contract(pushed: str) -> None:
    check_bundle_source(genrekit_hub.find_bundle, "hf", NAME, "somebody/nothing")


def test_a_process_of_its_own_predicts(pushed: str, hub: Hub, tmp_path: Path) -> None:
    """With what people would set, and nothing else."""
    tones = write_tones(tmp_path / "tones", per_class=1)
    environment = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1"}
    line = [sys.executable, "-m", "genrekit", "predict", str(tones / "low" / "0.wav"), "--format", "json"]
    done = subprocess.run([*line, "--model", f"hf:{NAME}"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["label"] == "low"


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
