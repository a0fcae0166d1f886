"""A whole run on the toy plugin where clips, recipe or disk are no good: what is left out by name, and what ends it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_running import Notebook
from toy_runs import ToyRuns, write

from genrekit import clip_preparation, errors, running


def test_odd_files_are_used_or_quarantined_by_name(toy: ToyRuns) -> None:
    low = toy.tones / "low"
    rng = np.random.default_rng(2)
    write(low / "a silent.wav", np.zeros(6000))
    write(low / "a short.wav", rng.normal(size=80) * 0.1)
    write(low / "a 🎸 song.wav", rng.normal(size=6000) * 0.1)
    write(low / "a stereo.wav", rng.normal(size=(72000, 2)) * 0.1, 96000)
    (low / "a empty.wav").touch()
    (low / "a text.wav").write_text("this is not audio\n" * 20)
    whole = (low / "0.wav").read_bytes()
    (low / "a truncated.wav").write_bytes(whole[: len(whole) // 2])
    narrator = Notebook()
    folder = toy.run(narrator=narrator).folder
    data = json.loads((folder / "data.json").read_text())
    quarantined = {Path(row["path"]).name: row["reason"] for row in data["quarantined"]}
    assert set(quarantined) == {"a empty.wav", "a text.wav", "a truncated.wav"}
    assert quarantined["a empty.wav"] == "the file is empty"
    assert "truncated" in quarantined["a truncated.wav"]
    noted = {Path(row["path"]).name: row["notes"] for row in data["noted"]}
    assert noted["a silent.wav"] == ["silent"]
    assert noted["a short.wav"] == ["only 0.01 s long: mostly padding"]
    assert noted["a stereo.wav"] == ["resampled from 96000 Hz", "2 channels mixed to mono"]
    told = "\n".join(narrator.said)
    assert all(name in told for name in quarantined)
    assert all(name in (folder / "report.html").read_text() for name in quarantined)
    # 18 good ones, and four odd ones that can be used.
    assert sum(sum(classes.values()) for classes in data["parts"].values()) == 22


def test_nothing_usable_is_an_error(toy: ToyRuns) -> None:
    for path in toy.tones.rglob("*.wav"):
        path.write_bytes(b"")
    with pytest.raises(errors.DataError, match="no usable train clip is left") as caught:
        toy.run()
    assert "18 × the file is empty" in str(caught.value)


def test_class_without_usable_clips_is_named(toy: ToyRuns) -> None:
    for path in (toy.tones / "low").iterdir():
        path.write_bytes(b"")
    with pytest.raises(errors.DataError, match="no usable training clip is left of: low"):
        toy.run()


def test_file_that_changes_while_it_is_read(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    original = clip_preparation._windows

    def changing(job: clip_preparation.Job, *arguments: Any) -> Any:
        done = original(job, *arguments)
        if job.path.endswith("low/0.wav"):
            write(Path(job.path), np.zeros(9000))
        return done

    monkeypatch.setattr(clip_preparation, "_windows", changing)
    data = json.loads((toy.run().folder / "data.json").read_text())
    assert [row["reason"] for row in data["quarantined"]] == ["changed while it was being read"]


def test_nan_loss_names_the_batch(toy: ToyRuns) -> None:
    with pytest.raises(errors.TrainingError, match=r"the loss is (nan|inf) in epoch 1, batch \d of 5") as caught:
        toy.run("train.optimizer.lr=1e30", "train.precision=float32")
    assert ".wav" in str(caught.value)
    assert "train.optimizer.lr" in str(caught.value)


def test_unknown_figure_to_keep_lists_what_there_is(toy: ToyRuns) -> None:
    with pytest.raises(errors.TrainingError, match="no evaluator gives the figure 'f1'") as caught:
        toy.run("train.keep=f1")
    assert "macro_f1" in str(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX permissions")
def test_unwritable_runs_folder_is_an_error(toy: ToyRuns) -> None:
    (toy.root / "file").touch()
    with pytest.raises(errors.GenrekitError, match="cannot make the run folder"):
        running.run_recipe(toy.recipe, runs=toy.root / "file", store=toy.root / "store")


@pytest.mark.parametrize("half", ["write", "publish"])
def test_full_disk_is_an_error_with_a_way_out(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch, half: str) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"genrekit.store.Store.{half}", full)
    with pytest.raises(errors.GenrekitError, match="No space left on device") as caught:
        toy.run()
    assert "genrekit store prune" in str(caught.value)
