"""`genrekit doctor` finds nothing where nothing is wrong, and everything that is."""

from __future__ import annotations

import ast
import json
import os
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

import genrekit
from genrekit import audio
from genrekit.cli import main
from genrekit.doctor import Finding, Status, examine, folders, machine, packages, plugin_health, rounds, sounds
from genrekit.errors import AudioError, GenrekitError
from genrekit.plugins import Plugin, Plugins
from genrekit.registry import Entry


def worst(found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.status is Status.wrong]


def test_nothing_is_wrong_here(tmp_path: Path) -> None:
    found = list(examine(tmp_path / "store", tmp_path / "runs"))
    assert worst(found) == []
    assert {finding.topic for finding in found} >= {
        "torch",
        "onnxruntime",
        "audio",
        "plugins",
        "store",
        "runs",
        "temporary",
    }
    (formats,) = [finding.what for finding in found if finding.topic == "audio"]
    assert formats.endswith("reads wav, flac, ogg, opus, mp3, aiff, au, caf")


def test_the_command_pastes_into_a_bug_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--store", str(tmp_path), "--runs", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "all is well"
    assert lines[0].startswith("ok    genrekit      ")


def test_for_programs_and_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("of course")

    monkeypatch.setattr(rounds, "checks", lambda store, runs: {"sums": broken})
    assert main(["doctor", "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert (finding["topic"], finding["status"]) == ("sums", "wrong")
    assert "of course" in finding["what"]


def test_a_decoder_that_answers_other_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    real = audio.read

    def noise(path: Path, rate: int) -> np.ndarray:
        if path.suffix == ".mp3":
            raise AudioError(str(path), "cannot be decoded")
        if path.suffix == ".opus":
            return np.random.default_rng(0).normal(size=rate).astype(np.float32)
        return real(path, rate)

    monkeypatch.setattr(audio, "read", noise)
    found = list(sounds.formats())
    assert [finding.what.split()[0] for finding in worst(found)] == ["opus", "mp3"]
    assert found[-1].what.endswith("reads wav, flac, ogg, aiff, au, caf")


def test_packages_that_are_missing_or_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"numpy": "1.0"}

    def version(name: str) -> str:
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    wanted = ["numpy>=2.0", "soxr>=0.5", 'wandb>=1; extra == "tracking"', 'pywin32; sys_platform == "nowhere"']
    monkeypatch.setattr(metadata, "requires", lambda _: wanted)
    monkeypatch.setattr(metadata, "version", version)
    found = worst(list(packages.versions()))
    assert [finding.what for finding in found] == ["numpy 1.0, wanted >=2.0", "soxr is not installed, wanted >=0.5"]
    assert found[0].mend == 'pip install "numpy>=2.0"'


def test_torch_and_torchaudio_that_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise GenrekitError("torchaudio cannot be imported", why="torch 9 with torchaudio 2", hint="install others")

    monkeypatch.setattr(packages, "import_torchaudio", refuse)
    assert list(packages.torch_and_torchaudio()) == [
        Finding(Status.wrong, "torch", "torchaudio cannot be imported: torch 9 with torchaudio 2", "install others")
    ]


def test_plugins_that_are_broken_or_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Plugins()
    found.found += [
        Plugin("a", "genrekit-a", "1", "broken", "ImportError: b"),
        Plugin("c", "genrekit-c", "2", "blocked"),
        Plugin("d", "genrekit-d", "3", "loaded"),
    ]
    monkeypatch.setattr(plugin_health, "installed", lambda: found)
    broken, blocked, rest = plugin_health.plugins()
    assert (broken.status, broken.what) == (Status.wrong, "'a' (genrekit-a 1): ImportError: b")
    assert broken.mend == "pip install --upgrade genrekit-a, or --block a"
    assert (blocked.status, rest.what) == (Status.mind, "1 loaded, from genrekit-d 3")


def test_what_is_loaded_and_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd(genrekit.Model):
        """Odd."""

        use: Literal["odd"] = "odd"
        size: memoryview = genrekit.Field(description="no type of an option")

    found = Plugins()
    found.found.append(Plugin("odd", "genrekit-odd", "1", "loaded"))
    found.registry.add("model", Entry(Odd, "odd", "genrekit-odd"))
    monkeypatch.setattr(plugin_health, "installed", lambda: found)
    odd, _ = plugin_health.plugins()
    assert odd.status is Status.wrong
    assert odd.what.startswith("model 'odd' of 'odd' (genrekit-odd) has an option that cannot be read: Unable")
    assert odd.mend == "pip install --upgrade genrekit-odd, or --block odd"


def test_commands_that_were_left_out_are_told(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "import genrekit\n\n@genrekit.hookimpl\ndef register_commands(app):\n    raise OSError('no disk')\n"
    )
    assert "its commands are left out: OSError: no disk" in command("doctor", "--plugin", path)[1]


def test_a_folder_that_is_not_there_yet_is_tried_where_it_would_be(tmp_path: Path) -> None:
    (finding,) = folders.folder("runs", tmp_path / "a" / "b")
    assert "(not there yet)" in finding.what
    assert not (tmp_path / "a").exists()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    (finding,) = folders.folder("store", tmp_path)
    assert finding.status is Status.wrong
    assert "permission denied" in finding.what


def test_a_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    (finding,) = folders.folder("store", tmp_path / "store")
    assert finding.status is Status.wrong
    assert finding.mend == "another place: --store or $GENREKIT_STORE"


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 2**20})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    (finding,) = folders.folder("store", tmp_path)
    assert finding.status is Status.mind
    assert "0.0 GiB free" in finding.what


def test_every_finding_says_how_to_mend_it() -> None:
    for path in Path(rounds.__file__).parent.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in {"mind", "wrong"}:
                assert len(call.args) == 3, f"{path.name}:{call.lineno}"


def test_a_driver_that_torch_cannot_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    finding = machine._without_cuda(False, "13.0")
    assert finding.status is Status.mind
    assert finding.mend == "nvidia-smi shows the driver; is it older than CUDA 13.0, which torch is built for?"
    assert machine._without_cuda(False, None).mend == "nvidia-smi shows the driver; torch is built without CUDA"
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert machine._without_cuda(True, None).what == "Apple's, by train.device = 'mps'"


def test_the_home_folder_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    (finding,) = folders.folder("store", tmp_path / "cache")
    assert finding.what.startswith(str(Path("~") / "cache"))


def test_threads_that_the_environment_does_not_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(machine, "kernel_offers_them", lambda: True)
    monkeypatch.setenv("GENREKIT_HUGE_PAGES", "0")
    notes = [finding.what for finding in machine.processor() if finding.status is Status.mind]
    assert len(notes) == 2
    assert notes[0].startswith("OMP_NUM_THREADS=1")


def test_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_available_bytes", lambda: 2**30)
    (finding,) = machine.memory()
    assert (finding.status, finding.what) == (Status.mind, "1.0 GiB free")
