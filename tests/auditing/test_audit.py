"""A data set with everything wrong with it, audited on the command line."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sounds import mp3, music, noise, write

import genrekit

Command = Callable[..., tuple[int, str, str]]
GOLDEN = Path(__file__).parent.parent / "golden" / "audit.out"
RATE = 8000


def make_bad(root: Path) -> Path:
    """Two classes of eight clips, in parts; one of everything that an audit finds."""
    for seed in range(12):
        part = "train" if seed < 8 else "test"
        write(root / part / ("jazz" if seed % 2 else "rock") / f"{seed}.wav", music(seed, 3, RATE), RATE)
    mp3(root / "test" / "jazz" / "copy of 1.mp3", 0.5 * music(1, 3, RATE)[1000:], RATE, level=0.0)
    write(root / "train" / "rock" / "really 3.wav", music(3, 3, RATE), RATE)
    write(root / "train" / "jazz" / "silence.wav", np.zeros(RATE, np.float32), RATE)
    write(root / "train" / "jazz" / "loud.wav", np.clip(20 * music(20, 3, RATE), -1, 1), RATE)
    write(root / "train" / "jazz" / "padded.wav", np.pad(noise(2, 2, RATE), (0, 2 * RATE)), RATE)
    write(root / "train" / "jazz" / "tiny.wav", music(21, 3, RATE)[:400], RATE)
    write(root / "train" / "rock" / "off.wav", 0.05 + music(22, 3, RATE), RATE)
    cut = write(root / "train" / "rock" / "cut.wav", music(23, 3, RATE), RATE)
    cut.write_bytes(cut.read_bytes()[:20000])
    (root / "train" / "rock" / "broken.ogg").write_bytes(b"not audio")
    return root


@pytest.fixture
def bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENREKIT_STORE", str(tmp_path / "store"))
    return make_bad(tmp_path / "bad")


def test_everything_that_is_wrong_is_said(bad: Path, command: Command) -> None:
    code, out, err = command("data", "audit", "bad")
    if os.environ.get("GENREKIT_WRITE_GOLDEN"):
        GOLDEN.write_text(out, encoding="utf-8")
    assert (code, err) == (1, "")
    assert out == GOLDEN.read_text(encoding="utf-8")


def test_for_programs(bad: Path, command: Command) -> None:
    code, out, _ = command("data", "audit", "bad", "--json")
    told = json.loads(out)
    assert code == 1
    found = {finding["check"]: finding for finding in told["findings"]}
    assert set(found) == {
        *("unreadable", "truncated", "silent", "clipped", "digital-silence", "too-short", "dc-offset"),
        *("twins-across-parts", "label-conflict"),
    }
    names = {check: {Path(path).name for path in finding["paths"]} for check, finding in found.items()}
    assert names["unreadable"] == {"broken.ogg"}
    assert names["truncated"] == {"cut.wav"}
    assert names["silent"] == {"silence.wav"}
    assert names["clipped"] == {"loud.wav"}
    assert names["digital-silence"] == {"padded.wav"}
    assert names["too-short"] == {"tiny.wav"}
    assert names["dc-offset"] == {"off.wav"}
    assert names["twins-across-parts"] == {"1.wav", "copy of 1.mp3"}
    assert names["label-conflict"] == {"3.wav", "really 3.wav"}
    assert {twins["kind"] for twins in told["twins"]} == {"bytes", "sound"}
    assert (told["clips"], told["parts"]) == (21, {"train": 16, "test": 5})
    assert all(finding["hint"] for finding in told["findings"])


def test_tables_and_page(bad: Path, command: Command, tmp_path: Path) -> None:
    files = [tmp_path / "out" / name for name in ("clips.csv", "groups.csv", "page.html")]
    command("data", "audit", "bad", "--csv", files[0], "--groups-out", files[1], "--html", files[2])
    rows = {Path(row["path"]).name: row for row in csv.DictReader(files[0].read_text().splitlines())}
    assert rows["cut.wav"]["reason"].startswith("truncated")
    assert rows["copy of 1.mp3"]["findings"] == "twins-across-parts"
    assert float(rows["1.wav"]["duration_s"]) == 3
    groups = {Path(row["path"]).name: row["group"] for row in csv.DictReader(files[1].read_text().splitlines())}
    assert groups["1.wav"] == groups["copy of 1.mp3"] != groups["3.wav"] == groups["really 3.wav"] != ""
    assert groups["5.wav"] == ""
    assert "broken.ogg" not in groups
    page = files[2].read_text()
    assert "copy of 1.mp3" in page
    assert "://" not in page


def test_the_table_of_groups_is_a_data_set(bad: Path, command: Command, tmp_path: Path) -> None:
    from genrekit_builtins.random_split import RandomSplit
    from genrekit_builtins.table import Table

    command("data", "audit", "bad", "--groups-out", "groups.csv")
    clips = Table(path=tmp_path / "groups.csv").clips()
    assert len(clips) == 19
    split = RandomSplit(validation=0.3).split(clips, seed=0)
    parts = {Path(path).name: part for path, part in zip(split.column("path"), split.column("part"), strict=True)}
    assert parts["1.wav"] == parts["copy of 1.mp3"]


def test_what_is_fine_ends_with_0(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENREKIT_STORE", str(tmp_path / "store"))
    for seed in range(6):
        write(tmp_path / "fine" / ("a" if seed % 2 else "b") / f"{seed}.wav", music(seed, 2, RATE), RATE)
    code, out, _ = command("data", "audit", tmp_path / "fine", "--strict")
    assert (code, out.splitlines()[-1]) == (0, "nothing serious found")
    mp3(tmp_path / "fine" / "a" / "copy.mp3", music(1, 2, RATE), RATE, 0.0)
    assert command("data", "audit", tmp_path / "fine")[0] == 0
    assert command("data", "audit", tmp_path / "fine", "--strict")[0] == 1


def test_a_recipe_tells_window_parts_and_groups(toy: object) -> None:
    from toy_runs import ToyRuns

    assert isinstance(toy, ToyRuns)
    found = genrekit.audit(toy.recipe, overrides=["features.sample_rate=1000"], store=toy.root / "store")
    assert found.material.window_s == 4.096
    assert {finding.check for finding in found.findings} == {"short"}
    assert found.material.clips.counts()["validation"] > 0


def test_a_folder_without_classes_is_explained(tmp_path: Path, command: Command) -> None:
    code, _, err = command("data", "audit", tmp_path)
    assert code == 2
    assert "holds no audio" in err
