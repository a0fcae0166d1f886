"""Every recipe in ``examples/`` is valid, and runs: shortened, on a few clips."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from toy_runs import write

import genrekit
from genrekit.pipeline import RunResult
from genrekit_builtins.gtzan_tracks import tracks

EXAMPLES = Path(__file__).parent.parent / "examples"
GENRES = ("blues", "jazz", "metal")

SMALL_MODEL = ("model.channels=[2, 4, 4]", "model.hidden_size=4", "model.head_size=4", "train.threads=1")
SHORT_STRONG = (
    "model.channels=[2, 4]",
    "features.n_mels=16",
    "features.frames=20",
    "train.epochs=2",
    "train.epoch_size=12",
    "train.threads=1",
)
SHORT_GTZAN = (*SMALL_MODEL, "features.frames=64", "features.n_mels=32", "train.epochs=2", "train.batch_size=4")


def shortened(recipe: str, root: Path, *overrides: str) -> RunResult:
    """A run whose folders are all below ``root``."""
    return genrekit.run(EXAMPLES / recipe, overrides=overrides, runs=root / "runs", store=root / "store")


def make_gtzan(root: Path, chosen: Iterable[str]) -> Path:
    """Files named as GTZAN's tracks: two seconds of noise, darker or brighter by genre."""
    rng = np.random.default_rng(0)
    for track in chosen:
        genre = tracks()[track].genre
        (root / "genres" / genre).mkdir(parents=True, exist_ok=True)
        noise = rng.normal(size=2 * 22050) * 0.1
        width = 1 + 4 * GENRES.index(genre)
        write(root / "genres" / genre / f"{track}.wav", np.convolve(noise, np.ones(width) / width, "same"), 22050)
    return root


def predicted(folder: Path) -> list[dict[str, str]]:
    """The lines of ``predictions.csv``."""
    with (folder / "predictions.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("recipe", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_recipe_is_valid(recipe: Path, command: Callable[..., Any]) -> None:
    answer = command("recipe", "check", recipe)
    assert (answer.code, answer.err) == (0, "")
    assert ": ok: " in answer.out
    run_below = {"quickstart", "gtzan_crnn", "gtzan_honest", "strong", "esc10", "fsdd", "voices"}
    assert recipe.stem in run_below, "run it below, too"


def test_quickstart(tmp_path: Path) -> None:
    clips = (
        f"dataset.root={tmp_path / 'clips'}",
        "dataset.clips_per_class=9",
        "dataset.classes=4",
        "dataset.seconds=1.0",
    )
    short = (*SMALL_MODEL, "features.frames=43", "features.n_mels=32", "train.epochs=2")
    result = shortened("quickstart.toml", tmp_path, *clips, *short)
    assert {row["part"] for row in predicted(result.folder)} == {"validation", "test"}
    assert 0 <= result.metrics["test"]["macro_f1"] <= 1
    assert result.metrics["epochs"] == 2


@pytest.mark.slow
def test_quickstart_as_it_stands_is_right_nine_times_in_ten(tmp_path: Path) -> None:
    """What ``make demo`` promises, on artists that the model has never heard. On one thread, for any machine."""
    metrics = shortened("quickstart.toml", tmp_path, f"dataset.root={tmp_path / 'clips'}", "train.threads=1").metrics
    assert metrics["test"]["accuracy"] >= 0.9


def test_clip_of_the_demo_is_one_for_testing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "runs" / "latest"
    folder.mkdir(parents=True)
    (folder / "predictions.csv").write_text("part,path\nvalidation,a.wav\ntest,b c.wav\ntest,d.wav\n")
    monkeypatch.chdir(tmp_path)
    exec((EXAMPLES / "a_test_clip.py").read_text(encoding="utf-8"), {})
    assert capsys.readouterr().out == "b c.wav\n"


def test_gtzan_crnn(tmp_path: Path) -> None:
    chosen = [track for track, about in tracks().items() if about.genre in GENRES and int(track[-5:]) < 6]
    root = make_gtzan(tmp_path / "gtzan", chosen)
    result = shortened("gtzan_crnn.toml", tmp_path, f"dataset.root={root}", *SHORT_GTZAN)
    rows = predicted(result.folder)
    assert {row["part"] for row in rows} == {"validation"}
    assert {row["label"] for row in rows} == set(GENRES)
    assert (result.folder / "confusion_matrix.png").exists()
    assert set(genrekit.load(result.folder).labels) == set(GENRES)


def test_gtzan_honest_has_the_fault_filtered_parts(tmp_path: Path) -> None:
    wanted = [(genre, part) for genre in GENRES for part in ("train", "validation", "test", None)]
    chosen = [
        track
        for genre, part in wanted
        for track in [name for name, about in tracks().items() if (about.genre, about.part) == (genre, part)][:2]
    ]
    root = make_gtzan(tmp_path / "gtzan", chosen)
    result = shortened("gtzan_honest.toml", tmp_path, f"dataset.root={root}", *SHORT_STRONG)
    rows = predicted(result.folder)
    assert {Path(row["path"]).stem: row["part"] for row in rows} == {
        track: tracks()[track].part for track in chosen if tracks()[track].part in {"validation", "test"}
    }
    data = json.loads((result.folder / "data.json").read_text())
    assert data["unused"] == sum(tracks()[track].part is None for track in chosen) > 0


def make_tones(root: Path, names: Iterable[str], rate: int = 8000) -> Path:
    """A second of noise behind a tone for each name: its first digit is how high."""
    rng = np.random.default_rng(0)
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        height = 400 * (1 + int(Path(name).parts[0][0]))
        tone = np.sin(2 * np.pi * height * np.arange(rate) / rate)
        soundfile.write(root / name, 0.3 * tone + rng.normal(0, 0.05, rate), rate)
    return root


def test_strong(tmp_path: Path) -> None:
    root = make_tones(tmp_path / "clips", [f"{label}/{take}.wav" for label in (1, 3) for take in range(10)])
    result = shortened("strong.toml", tmp_path, f"dataset.root={root}", "features.sample_rate=8000", *SHORT_STRONG)
    assert {row["part"] for row in predicted(result.folder)} == {"validation", "test"}
    assert (result.folder / "bundle" / "model.onnx").exists()


@pytest.mark.parametrize("recipe", ["esc10", "fsdd", "gtzan_honest"])
def test_one_recipe_serves_them_all_but_for_data_sample_rate_and_width(recipe: str) -> None:
    strong, other = (tomllib.loads((EXAMPLES / f"{name}.toml").read_text("utf-8")) for name in ("strong", recipe))
    for whole in (strong, other):
        for own in ("name", "dataset", "split"):
            del whole[own]
        for own in ("sample_rate", "frames"):
            del whole["features"][own]
    assert other == strong


def test_esc10_tests_the_fold_it_names_and_trains_on_all_others(tmp_path: Path) -> None:
    takes = [f"{fold}-{fold}{take}-A.ogg" for fold in range(1, 5) for take in "12"]
    root = make_tones(tmp_path / "clips", [f"{label} - Tone {label}/{take}" for label in (1, 3) for take in takes])
    short = ("features.sample_rate=8000", *SHORT_STRONG)
    result = shortened("esc10.toml", tmp_path, f"dataset.root={root}", "split.test=3", *short)
    rows = predicted(result.folder)
    assert {row["part"] for row in rows} == {"test"}
    assert sorted(Path(row["path"]).name for row in rows) == sorted(["3-31-A.ogg", "3-32-A.ogg"] * 2)


@pytest.mark.parametrize("recipe", ["fsdd", "voices"])
def test_the_speaker_that_is_named_is_tested_and_all_others_train(recipe: str, tmp_path: Path) -> None:
    names = [f"{digit}_{who}_{take}.wav" for digit in (1, 4) for who in ("ann", "ben", "cho") for take in range(3)]
    root = make_tones(tmp_path / "clips", names)
    result = shortened(f"{recipe}.toml", tmp_path, f"dataset.root={root}", "split.test=ben", *SHORT_STRONG)
    rows = predicted(result.folder)
    assert {(row["part"], row["group"]) for row in rows} == {("test", "ben")}
    assert len(rows) == 6


@pytest.mark.realdata
def test_gtzan_crnn_on_real_music(tmp_path: Path, real_data: Path, command: Callable[..., Any]) -> None:
    clips = real_data / "gtzan_mini"
    if not clips.is_dir():
        pytest.skip(f"no real music at {clips}")
    short = ("--set", "train.epochs=1", *(word for option in SMALL_MODEL for word in ("--set", option)))
    where = ("--runs", tmp_path / "runs", "--store", tmp_path / "store", "--set", f"dataset.root={clips}")
    answer = command("run", EXAMPLES / "gtzan_crnn.toml", *where, *short)
    assert answer.code == 0, answer.err
    folder = tmp_path / "runs" / "latest"
    assert 0 < json.loads((folder / "metrics.json").read_text())["validation"]["accuracy"] < 1
    assert (folder / "confusion_matrix.png").stat().st_size > 10_000
    song = min((clips / "jazz").iterdir())
    answer = command("predict", song, "--model", folder, "--format", "json")
    assert answer.code == 0, answer.err
    (prediction,) = json.loads(answer.out)
    assert prediction["status"] == "ok"
    assert len(prediction["probabilities"]) == 10
    assert sum(prediction["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_options_of_a_default_component_can_be_set(tmp_path: Path, command: Callable[..., Any]) -> None:
    """What the message about a loss that is no number tells people to type, for a recipe that names no optimizer."""
    text = (EXAMPLES / "quickstart.toml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("optimizer")]
    (tmp_path / "recipe.toml").write_text("\n".join(lines), encoding="utf-8")
    changes = ["--set", "train.optimizer.lr=1e-4", "--set", "executor.workers=1"]
    shown = command("recipe", "show", tmp_path / "recipe.toml", *changes)
    assert shown.code == 0, shown.err
    assert "lr = 0.0001" in shown.out
    assert 'use = "adam"' in shown.out
    assert "workers = 1" in shown.out
