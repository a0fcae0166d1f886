"""Clips of several labels, from a table to a trained model."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_running import history, toy_module
from toy_runs import RECIPE, ToyRuns

import genrekit
from genrekit import Clips, errors
from genrekit_builtins.coded_clips import CodedClips, rarest_labels
from genrekit_builtins.random_split import RandomSplit

SEVERAL = ["executor.use=toy-threads", "train.loss={use='binary-cross-entropy'}", "train.keep=loss"]


def several(labels: list[list[str]], **columns: Any) -> Clips:
    """A clip for each list of labels."""
    return Clips.from_columns({"path": [f"{row}.wav" for row in range(len(labels))], "labels": labels, **columns})


@pytest.fixture
def tagged(toy: ToyRuns) -> ToyRuns:
    """A recipe over a table with several labels a clip: the pitch, and "even" for every other file."""
    table = toy.root / "tags.csv"
    with table.open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(["path", "labels"])
        for row, path in enumerate(sorted(toy.tones.rglob("*.wav"))):
            write.writerow([path, path.parent.name + ("|even" if row % 2 == 0 else "")])
    text = toy.recipe.read_text()
    text = text.replace('use = "toy-tones"\nroot = "tones"', 'use = "table"\npath = "tags.csv"')
    toy.recipe.write_text(text.replace('use = "toy-share"', 'use = "multi-label"'))
    return toy


def test_a_table_of_several_labels_trains_and_is_told_apart(tagged: ToyRuns) -> None:
    result = tagged.run(*SEVERAL, "train.epochs=15", "train.optimizer.lr=0.05", "train.scheduler={use='cosine'}")
    manifest = json.loads((result.folder / "bundle" / "bundle.json").read_text())
    assert manifest["labels"] == ["even", "high", "low", "middle"]
    lines = history(result.folder)
    assert lines[-1]["loss"] < lines[0]["loss"]
    # A quarter of the labels, "even", is a coin toss: the others can be had for nothing.
    pitches = [result.metrics["validation"]["per_class"][name] for name in ("high", "low", "middle")]
    assert all(figures["average_precision"] == 1 for figures in pitches)
    prediction = genrekit.load(str(result.folder)).predict(next((tagged.tones / "high").iterdir()))
    assert prediction.probabilities["high"] > 0.5 > prediction.probabilities["low"]
    assert json.loads((result.folder / "data.json").read_text())["parts"]["train"]["even"] > 0


def test_clips_without_any_label_are_trained_on_and_answered(tagged: ToyRuns) -> None:
    table = tagged.root / "tags.csv"
    table.write_text(table.read_text().replace("|even", "").replace(",middle", ","))
    result = tagged.run(*SEVERAL, "train.epochs=1")
    with (result.folder / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["label"] for row in rows} == {"", "high", "low"}
    assert all(row["label"] == "" for row in rows if "/middle/" in row["path"])
    with pytest.raises(errors.DataError, match=r"6 of 18 clips do not have exactly one label\n  why: .* has no label"):
        tagged.run("executor.use=toy-threads", "evaluate=[{use='toy-share'}]")


def test_the_loss_is_the_binary_cross_entropy_over_all_labels(tagged: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that answers 0 to everything is wrong by the logarithm of two."""

    def build(self: Any, shape: Any, classes: int) -> Any:
        from torch import nn

        last = nn.Linear(shape.channels * shape.bins * shape.frames, classes)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        return nn.Sequential(nn.Flatten(), last)

    monkeypatch.setattr(toy_module().Small, "build", build)
    result = tagged.run(*SEVERAL, "train.epochs=1", "train.optimizer.lr=0", "train.precision=float32")
    line = history(result.folder)[0]
    assert line["train_loss"] == pytest.approx(np.log(2), rel=1e-6)
    assert line["loss"] == pytest.approx(np.log(2), rel=1e-6)


def test_a_loss_for_one_label_refuses_several_and_names_one_for_them(tagged: ToyRuns) -> None:
    with pytest.raises(errors.DataError) as caught:
        tagged.run("evaluate=[{use='toy-share'}]")
    message = str(caught.value)
    assert "[train] loss 'cross-entropy' wants one label a clip, and 9 of 18 clips have several" in message
    assert "has high, even" in message
    line = RECIPE.splitlines().index("[train]") + 1
    assert message.startswith(f"{tagged.root / 'recipe.toml'}:{line}: [train] loss"), "the default: its table"
    assert '[train] loss = { use = "binary-cross-entropy" }' in message


def test_the_rarest_label_decides_where_a_clip_goes() -> None:
    clips = several([["a", "b"], ["a", "b"], ["a"], ["c", "a"], [], ["b", "c"]])
    assert rarest_labels(clips).to_list() == ["b", "b", "a", "c", "", "c"]
    coded = CodedClips.of(clips)
    assert coded.classes == ["a", "b", "c"]
    assert coded.label.tolist() == [1, 1, 0, 2, 1, 2], "the few without any count as of the commonest"
    many = CodedClips.of(several([["a"], ["b"], *([[]] * 20)]))
    assert many.classes == ["(no label)", "a", "b"]


def test_random_parts_hold_the_share_of_every_label() -> None:
    rng = np.random.default_rng(0)
    chances = {"often": 0.7, "sometimes": 0.3, "seldom": 0.06}
    labels = [[name for name, chance in chances.items() if rng.random() < chance] or ["often"] for _ in range(600)]
    split = RandomSplit(validation=0.25, test=0.0).split(several(labels), 1)
    rows = split.table.explode("labels")
    for name in chances:
        own = rows.filter(labels=name)
        assert (own["part"] == "validation").mean() == pytest.approx(0.25, abs=0.04)


def test_prescribed_parts_are_judged_by_all_labels(tmp_path: Path) -> None:
    from genrekit_builtins.part_checks import prescribed_notes

    labels = [["a", "b"], ["a", "c"], ["a", "b"], ["c"]]
    clips = several(labels, part=["train", "train", "validation", "validation"])
    assert prescribed_notes(clips) == []
    clips = several(labels, part=["train", "train", "validation", None])
    assert prescribed_notes(clips) == ["warning: the validation part has no clip of c"]
    with pytest.raises(errors.DataError, match="no training clip of b"):
        prescribed_notes(several(labels, part=["validation", "train", "validation", "train"]))
