from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from genrekit import Clip, Clips, DataError, audio_files
from genrekit.clips import AUDIO_SUFFIXES

ROWS = [
    Clip("a.wav", ["jazz"], group="x", part="train", fold="1"),
    Clip("b.wav", ["rock"], start_s=1.5, duration_s=2.0),
]


def test_rows_and_columns_give_the_same_table() -> None:
    columns = {
        "path": ["a.wav", "b.wav"],
        "labels": [["jazz"], ["rock"]],
        "group": ["x", None],
        "part": ["train", None],
        "fold": ["1", None],
        "start_s": [0.0, 1.5],
        "duration_s": [None, 2.0],
    }
    assert Clips.from_rows(ROWS).table.equals(Clips.from_columns(columns).table)
    assert Clips.from_rows(ROWS).table.columns == list(columns)


def test_columns_left_out_are_null_and_clips_start_at_zero() -> None:
    clips = Clips.from_columns({"path": ["a.wav"], "labels": [["jazz", "blues"]]}, ["a note"])
    assert clips.table.rows() == [("a.wav", ["jazz", "blues"], None, None, None, 0.0, None)]
    assert clips.notes == ("a note",)


def test_no_rows_make_an_empty_table_of_the_same_columns() -> None:
    assert Clips.from_rows([]).table.schema == Clips.from_rows(ROWS).table.schema
    assert len(Clips.from_rows([])) == 0


def test_labels_are_all_that_occur_sorted() -> None:
    clips = Clips.from_rows([Clip("a.wav", ["rock", "jazz"]), Clip("b.wav", ["blues"]), Clip("c.wav", ["jazz"])])
    assert clips.labels() == ["blues", "jazz", "rock"]


@pytest.mark.parametrize(("labels", "found"), [(["rock", "jazz"], "rock, jazz"), ([], "no label")])
def test_one_label_each_is_demanded_by_name(labels: list[str], found: str) -> None:
    assert Clips.from_rows(ROWS).single_labels() == ["jazz", "rock"]
    with pytest.raises(DataError, match=rf"1 of 3 clips do not have exactly one label\n  why: c\.wav has {found}"):
        Clips.from_rows([*ROWS, Clip("c.wav", labels)]).single_labels()


@pytest.mark.parametrize("values", [["test", None], pl.Series(["test", None]), ("test", None)])
def test_a_column_is_replaced_in_a_copy(values: object) -> None:
    clips = Clips.from_rows(ROWS, ["first"])
    changed = clips.with_column("part", values, ["second"])  # type: ignore[arg-type]
    assert changed.column("part") == ["test", None]
    assert changed.notes == ("first", "second")
    assert changed.table.columns == clips.table.columns
    assert clips.column("part") == ["train", None]
    assert changed.with_notes(["third"]).notes == ("first", "second", "third")


def test_counts_name_all_three_parts() -> None:
    clips = Clips.from_rows([Clip(str(number), ["x"], part=part) for number, part in enumerate(["test", None, "test"])])
    assert clips.counts() == {"train": 0, "validation": 0, "test": 2}


def test_audio_files_are_found_by_suffix_in_any_case_and_sorted(tmp_path: Path) -> None:
    names = ["b.WAV", "a/z.flac", "a/b/c.Mp3", ".hidden.wav", ".git/x.wav", "readme.txt", "noise", "folder.wav/in.ogg"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in audio_files(tmp_path)]
    assert found == ["a/b/c.Mp3", "a/z.flac", "b.WAV", "folder.wav/in.ogg"]


def test_a_folder_that_cannot_be_listed_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot list .*gone\n  why: no such file"):
        audio_files(tmp_path / "gone")


def test_suffixes_are_written_in_lower_case_with_a_dot() -> None:
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in AUDIO_SUFFIXES)
