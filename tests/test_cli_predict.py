"""``genrekit predict``: files, folders, formats, models, and what cannot be answered."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_runs import RECIPE, TOY, make_tones, write

from genrekit import audio
from genrekit.cli import main
from genrekit.plugins import configure

Command = Callable[..., Any]

WINDOW = 4096
LABELS = ["high", "low", "middle"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tones and a run of the toy plugin, which no prediction below has loaded."""
    root = tmp_path_factory.mktemp("predict")
    make_tones(root / "tones")
    (root / "recipe.toml").write_text(RECIPE)
    folders = ["--runs", str(root / "runs"), "--store", str(root / "store")]
    assert main(["--plugin", str(TOY), "run", str(root / "recipe.toml"), *folders, "--quiet"]) == 0
    configure()
    return root


@pytest.fixture(autouse=True)
def _in_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def answers(command: Command, *arguments: object) -> list[dict[str, Any]]:
    """What ``--format json`` prints, if all went well."""
    answer = command("predict", *arguments, "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    found: list[dict[str, Any]] = json.loads(answer.out)
    return found


def test_json_holds_everything(command: Command) -> None:
    (prediction,) = answers(command, "tones/low/0.wav")
    assert list(prediction) == [
        "path", "status", "label", "probability", "probabilities", "windows", "duration_s", "reason", "labels",
    ]  # fmt: skip
    assert prediction["path"] == "tones/low/0.wav"
    assert (prediction["status"], prediction["reason"]) == ("ok", None)
    assert (prediction["windows"], prediction["duration_s"]) == (2, 0.75)
    shares = prediction["probabilities"]
    assert sorted(shares) == LABELS
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    assert sum(shares.values()) == pytest.approx(1, abs=1e-6)
    assert prediction["label"] == next(iter(shares)) == "low"
    assert prediction["probability"] == shares["low"]


def test_csv_says_the_same(command: Command) -> None:
    answer = command("predict", "tones", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    predictions = answers(command, "tones")
    assert list(rows[0]) == [
        "path", "status", "label", "labels", "probability", "reason", "p(high)", "p(low)", "p(middle)",
    ]  # fmt: skip
    assert len(rows) == len(predictions) == 18
    for row, prediction in zip(rows, predictions, strict=True):
        assert (row["path"], row["label"]) == (prediction["path"], prediction["label"])
        for label in LABELS:
            assert float(row[f"p({label})"]) == pytest.approx(prediction["probabilities"][label], abs=1e-6)


@pytest.mark.parametrize(("top", "shown"), [(1, 1), (2, 2), (9, 3)])
def test_table_shows_the_top_labels_with_bars(command: Command, top: int, shown: int) -> None:
    (prediction,) = answers(command, "tones/high/1.wav")
    lines = command("predict", "tones/high/1.wav", "--top", top).out.splitlines()
    assert lines[0] == "tones/high/1.wav  0.8 s, 2 windows"
    assert [line.split()[0] for line in lines[1:]] == list(prediction["probabilities"])[:shown]
    assert f"{prediction['probability']:.1%}" in lines[1]
    assert lines[1].count("█") == int(prediction["probability"] * 24 + 1 / 16)


def test_three_labels_unless_told_otherwise(command: Command) -> None:
    assert len(command("predict", "tones/high/1.wav").out.splitlines()) == 4


def test_folder_is_searched_in_order(command: Command, tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    for name in ("b/deep/1.wav", "a.WAV", ".hidden.wav", "b/2.wav"):
        shutil.copy("tones/low/0.wav", tmp_path / name)
    (tmp_path / "notes.txt").write_text("not looked at")
    found = [prediction["path"] for prediction in answers(command, tmp_path, "tones/low/5.wav")]
    assert found == [str(tmp_path / name) for name in ("a.WAV", "b/2.wav", "b/deep/1.wav")] + ["tones/low/5.wav"]


def test_long_file_is_the_mean_of_its_windows(command: Command, tmp_path: Path) -> None:
    tones = [audio.read(f"tones/{name}/0.wav")[:WINDOW] for name in ("low", "middle", "high", "high")]
    long = write(tmp_path / "long.wav", np.concatenate(tones))
    singles = [write(tmp_path / f"{index}.wav", tone) for index, tone in enumerate(tones)]
    whole, *parts = answers(command, long, *singles)
    assert [part["windows"] for part in parts] == [1] * 4
    assert (whole["windows"], whole["duration_s"]) == (4, 2.048)
    assert whole["label"] == "high"
    for label in LABELS:
        mean = np.mean([part["probabilities"][label] for part in parts])
        assert whole["probabilities"][label] == pytest.approx(mean, abs=1e-6)


def test_unusable_file_fails_alone(command: Command, tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    given = ("tones/low/0.wav", tmp_path / "empty.wav", "nowhere.wav", "tones/high/0.wav")
    answer = command("predict", *given, "--format", "json")
    assert (answer.code, answer.err) == (3, "2 of 4 files could not be used\n")
    predictions = json.loads(answer.out)
    assert [prediction["status"] for prediction in predictions] == ["ok", "failed", "failed", "ok"]
    assert predictions[1] == {
        "path": str(tmp_path / "empty.wav"), "status": "failed", "label": None, "probability": None,
        "probabilities": {}, "windows": 0, "duration_s": 0.0, "reason": "the file is empty",
        "labels": [],
    }  # fmt: skip
    assert predictions[2]["reason"] == "no such file or directory"
    assert [predictions[index]["label"] for index in (0, 3)] == ["low", "high"]


@pytest.mark.parametrize("format", ["table", "json", "csv"])
def test_nothing_usable_is_a_failure(command: Command, tmp_path: Path, format: str) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("this is not audio\n" * 20)
    answer = command("predict", tmp_path, "--format", format)
    assert (answer.code, answer.err) == (3, "2 of 2 files could not be used\n")
    assert "the file is empty" in answer.out
    assert "cannot be decoded" in answer.out


def test_unusable_file_in_csv_has_no_figures(command: Command) -> None:
    answer = command("predict", "nowhere.wav", "tones/low/0.wav", "--format", "csv")
    assert answer.out.splitlines()[1] == "nowhere.wav,failed,,,,no such file or directory,,,"


@pytest.mark.parametrize(
    "name", ["a 🎸 song.wav", "[red]brackets.wav", 'comma, "quote".wav', "ü\nline.wav", "escape\x1b[31m.wav"]
)
@pytest.mark.parametrize("format", ["table", "json", "csv"])
def test_any_name_is_shown_as_it_is(command: Command, tmp_path: Path, name: str, format: str) -> None:
    shutil.copy("tones/low/0.wav", tmp_path / name)
    out = command("predict", tmp_path, "--format", format).out
    path = str(tmp_path / name)
    if format == "json":
        assert json.loads(out)[0]["path"] == path
    elif format == "csv":
        assert next(csv.DictReader(io.StringIO(out)))["path"] == path
    else:
        # Nothing in a name may steer the terminal.
        assert out.startswith(path.replace("\n", " ").replace("\x1b", " "))


def test_folder_without_audio(command: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    answer = command("predict", tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"no audio in the folder {tmp_path}\n  why: looked for .aif .aiff ")


def test_run_and_bundle_answer_the_same(command: Command, root: Path, tmp_path: Path) -> None:
    run = (root / "runs" / "latest").resolve()
    moved = shutil.copytree(run / "bundle", tmp_path / "moved")
    models = [run, run / "bundle", moved, "runs/latest"]
    found = [answers(command, "tones/low/0.wav", "--model", model) for model in models]
    assert all(one == found[0] for one in found)


def test_no_model_yet(command: Command, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = command("predict", root / "tones" / "low" / "0.wav")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "no model at runs/latest\n"
        "  why: nothing has been trained here yet\n"
        "  try: genrekit run examples/quickstart.toml, or --model RUN_OR_BUNDLE\n"
    )


def test_folder_without_a_model(command: Command) -> None:
    answer = command("predict", "tones/low/0.wav", "--model", "tones")
    assert answer.code == 2
    assert answer.err.startswith("no model in tones\n")
    assert "--resume tones" not in answer.err, "it is no run"


def test_run_without_a_bundle_can_be_finished(command: Command, root: Path, tmp_path: Path) -> None:
    shutil.copy(root / "runs" / "latest" / "recipe.toml", tmp_path)
    answer = command("predict", "tones/low/0.wav", "--model", tmp_path)
    assert answer.code == 2
    assert f"try: genrekit run --resume {tmp_path}\n" in answer.err


def test_changed_bundle_is_refused(command: Command, root: Path, tmp_path: Path) -> None:
    bundle = shutil.copytree(root / "runs" / "latest" / "bundle", tmp_path / "bundle")
    (bundle / "model.onnx").write_bytes((bundle / "model.onnx").read_bytes() + b"\0")
    answer = command("predict", "tones/low/0.wav", "--model", bundle)
    assert answer.code == 2
    assert answer.err.startswith(f"{bundle / 'model.onnx'} is damaged or was changed")


@pytest.mark.parametrize("wrong", [["--top", "0"], ["--format", "xml"], []])
def test_wrong_use_is_explained(command: Command, wrong: list[str]) -> None:
    answer = command("predict", *(["tones/low/0.wav", *wrong] if wrong else []))
    assert (answer.code, answer.out) == (2, "")
    assert "genrekit predict --help" in answer.err


@pytest.mark.parametrize("format", ["table", "json", "csv"])
def test_no_training_code_is_imported(root: Path, format: str) -> None:
    code = (
        "import sys; from genrekit.cli import main; "
        f"assert main(['predict', 'tones/low/0.wav', '--format', '{format}']) == 0; "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, encoding="utf-8", check=True)
    imported = set(done.stdout.splitlines()[-1].split())
    assert {"genrekit", "onnxruntime", "soundfile"} <= imported
    assert imported.isdisjoint(
        {"torch", "torchaudio", "sklearn", "scipy", "matplotlib", "polars", "accelerate", "onnx"}
    )


@pytest.mark.skipif(sys.platform == "win32", reason="pipes differ")
@pytest.mark.parametrize("arguments", [["predict", "tones", "-f", "jsonl"], ["predict", "tones", "nowhere.wav"]])
def test_whoever_reads_may_have_had_enough(root: Path, arguments: list[str]) -> None:
    """As `head` does; here nobody has read a thing by the time something is written."""
    reading, writing = os.pipe()
    os.close(reading)
    code = f"import sys; from genrekit.cli import main; sys.exit(main({arguments!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr.replace(b"1 of 19 files could not be used\n", b"")) in {(0, b""), (3, b"")}


def test_options_about_a_table_want_one(command: Command) -> None:
    for option in ("--restart", "--retry-failed"):
        answer = command("predict", "tones", option)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith(f"{option} is about what was begun with --out\n  try: --out FILE {option}")


def test_what_was_begun_with_another_threshold_is_not_gone_on_with(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert command("predict", "tones/low", "nowhere.wav", "--out", out).code == 3
    journal = tmp_path / "out.csv.journal"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:5]))
    again = ["predict", "tones/low", "nowhere.wav", "--out", out, "--threshold", "0.9"]
    answer = command(*again)
    assert answer.code == 2
    assert "why: --threshold was not given, is 0.9\n" in answer.err
    assert command(*again, "--restart").code == 3
