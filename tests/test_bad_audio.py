"""Broken recordings are decoded rightly or named with their cause; none crashes, hangs or takes the memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import judging_audio
import numpy as np
import pytest
import soundfile

import genrekit
from genrekit.clips import Clip, Clips
from genrekit.preparation import prepare
from genrekit.store import Store
from genrekit_builtins.processes import Processes

FILES = 1215
"""How many there are in the corpus."""

MEMORY_MB = 1000
HANGS_S = 500
"""No test of speed: what takes this long has come to a stop."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are Unicode, and devices others")


def run_python(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        env=os.environ | environment,
        check=False,
    )


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `judging_audio` says of all of them, in a process of its own."""
    done = run_python(judging_audio.__file__, tmp_path_factory.mktemp("corpus"))
    assert done.returncode == 0, done.stderr[-3000:]
    # The MP3 decoder has much to say, but not on the terminal.
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_file_is_decoded_rightly_or_named_with_its_cause(verdict: dict[str, Any]) -> None:
    assert verdict["wrong"] == []
    assert verdict["cases"] == sum(verdict["outcomes"].values()) == FILES
    assert min(verdict["outcomes"].values()) > 200


def test_none_takes_much_memory(verdict: dict[str, Any]) -> None:
    assert verdict["memory_mb"] < MEMORY_MB


KILLER = """
import os, signal, soundfile
_open = soundfile.SoundFile.__init__
def _opening(self, file, *arguments, **options):
    if b"killer" in file:
        os.kill(os.getpid(), signal.SIGSEGV)
    _open(self, file, *arguments, **options)
soundfile.SoundFile.__init__ = _opening
"""
"""A ``sitecustomize`` module: every Python process with it dies in its decoder, of a segmentation fault."""


@pytest.fixture
def deadly(tmp_path: Path) -> tuple[str, list[str]]:
    """PYTHONPATH with such a decoder, and recordings of which the third kills."""
    (tmp_path / "deadly").mkdir()
    (tmp_path / "deadly" / "sitecustomize.py").write_text(KILLER)
    paths = [str(tmp_path / f"{name}.wav") for name in ("a", "b", "killer", "d", "e")]
    # Each has a content of its own, since what the store knows by content is not decoded.
    for index, path in enumerate(paths, start=1):
        soundfile.write(path, np.full(8000, 0.1 * index), 8000)
    return str(tmp_path / "deadly"), paths


def test_a_decoder_that_dies_takes_one_clip_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deadly: tuple[str, list[str]]
) -> None:
    python_path, paths = deadly
    monkeypatch.setenv("PYTHONPATH", python_path)
    clips = Clips.from_rows(Clip(path, ["a"], part="train") for path in paths)
    features = genrekit.FeatureExtractor(use="plain", sample_rate=8000)
    done = prepare(clips, features, "waveform", Processes(workers=1), Store(tmp_path / "store"))
    assert {Path(found.path).stem: found.reason for found in done.quarantined} == {
        "killer": "reading it crashed: the worker process was ended by SIGSEGV; only the job it had is lost"
    }
    assert [Path(found.path).stem for found in done.usable.values()] == ["a", "b", "d", "e"]


def test_a_decoder_that_dies_takes_one_file_of_a_prediction(tmp_path: Path, deadly: tuple[str, list[str]]) -> None:
    from genrekit.testing.bundles import write_bundle

    python_path, paths = deadly
    bundle = write_bundle(tmp_path / "bundle")
    command = ("-m", "genrekit", "predict", *paths, "--model", bundle, "--format", "json")
    assert run_python(*command, PYTHONPATH=python_path).returncode == -signal.SIGSEGV
    isolated = run_python(*command, "--executor", "processes", "--executor-option", "workers=1", PYTHONPATH=python_path)
    answers = {Path(answer["path"]).stem: answer for answer in json.loads(isolated.stdout)}
    assert [name for name, answer in answers.items() if answer["status"] == "failed"] == ["killer"]
    assert "ended by SIGSEGV" in answers["killer"]["reason"]
    assert len(answers) == len(paths)
