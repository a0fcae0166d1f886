"""Predicting with models of a stand-in for the Hub: what is fetched, kept, and refused."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import genrekit_hub
import pytest
from genrekit_hub.address import Address
from genrekit_hub.push import Push
from hub_server import Hub, Server
from huggingface_hub import constants
from pushed_models import NAME, UPLOADS, logged_out, said
from pushed_models import hub as hub
from pushed_models import model as model
from pushed_models import pushed as pushed
from pushed_models import server as server

import genrekit
from genrekit import bundle
from genrekit.errors import BundleError
from genrekit.testing import check_bundle_source, contract_suite, write_tones

pytestmark = UPLOADS

test_contract = contract_suite("genrekit-hub")


def test_what_is_pushed_predicts_as_it_did(pushed: str, hub: Hub, model: Path, tmp_path: Path) -> None:
    tones = genrekit.audio_files(write_tones(tmp_path / "tones", per_class=1))
    here, there = genrekit.load(model), genrekit.load(f"hf:{NAME}")
    assert list(there.predict_many(tones)) == list(here.predict_many(tones))
    assert hub.repositories[NAME].private
    assert hub.repositories[NAME].resolve("main") == pushed


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
