from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from audio_trees import touch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genrekit import DataError
from genrekit_builtins.table import Table

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a table and the (empty) audio files a.wav, b.wav and c.wav beside it."""
    touch(tmp_path, ["a.wav", "b.wav", "c.wav"])

    def to_disk(text: str, name: str = "clips.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to_disk


def rows(path: Path, **options: Any) -> list[tuple[Any, ...]]:
    table = Table(path=path, **options).clips().table
    names = [Path(name).relative_to(path.parent).as_posix() for name in table.get_column("path")]
    return [(name, *row[1:]) for name, row in zip(names, table.iter_rows(), strict=True)]


def test_columns_are_found_by_their_names(write: Write) -> None:
    path = write("path,label,group,part,fold,start,end\na.wav,jazz,x,train,1,0.5,2\nb.wav,rock,,,,,\n")
    assert rows(path) == [
        ("a.wav", ["jazz"], "x", "train", "1", 0.5, 1.5),
        ("b.wav", ["rock"], None, None, None, 0.0, None),
    ]


def test_columns_can_be_named(write: Write) -> None:
    path = write("file\tgenre\tartist\tset\tk\tfrom\tto\na.wav\tjazz\tx\ttrain\t1\t1\t3\n", "clips.tsv")
    options = {"path": "file", "label": "genre", "group": "artist", "part": "set", "fold": "k"}
    options |= {"start": "from", "end": "to"}
    named = {f"{meaning}_column": column for meaning, column in options.items()}
    assert rows(path, **named) == [("a.wav", ["jazz"], "x", "train", "1", 1.0, 2.0)]


def test_csv_text_stays_as_it_is_written(write: Write) -> None:
    path = write('path,label\na.wav,007\nb.wav," with, comma "\nc.wav,true\n')
    assert [label for _, [label], *_ in rows(path)] == ["007", "with, comma", "true"]


@pytest.mark.parametrize("kind", ["csv", "tsv", "csv.gz", "parquet", "jsonl", "ndjson", "CSV"])
def test_all_formats_give_the_same_clips(write: Write, tmp_path: Path, kind: str) -> None:
    frame = pl.DataFrame({"path": ["a.wav", "b.wav"], "label": [1, 2], "group": ["x", None], "start": [0.25, None]})
    path = tmp_path / f"clips.{kind}"
    if kind == "parquet":
        frame.write_parquet(path)
    elif kind.endswith("json") or kind.endswith("jsonl"):
        frame.write_ndjson(path)
    else:
        text = frame.write_csv(separator="\t" if kind == "tsv" else ",").encode()
        path.write_bytes(gzip.compress(text) if kind.endswith("gz") else text)
    assert rows(path) == [
        ("a.wav", ["1"], "x", None, None, 0.25, None),
        ("b.wav", ["2"], None, None, None, 0.0, None),
    ]


def test_several_labels_are_split_at_the_separator(write: Write) -> None:
    path = write("path,labels\na.wav,jazz| blues\nb.wav,rock|\nc.wav,\n")
    assert [labels for _, labels, *_ in rows(path)] == [["jazz", "blues"], ["rock"], []]
    path = write("path,tags\na.wav,jazz;blues\n")
    assert rows(path, labels_column="tags", separator=";")[0][1] == ["jazz", "blues"]


def test_lists_of_labels_come_as_lists(write: Write) -> None:
    path = write('{"path": "a.wav", "labels": ["jazz", "blues"]}\n{"path": "b.wav", "labels": []}\n', "c.jsonl")
    assert [labels for _, labels, *_ in rows(path)] == [["jazz", "blues"], []]


def test_relative_paths_start_at_root_and_absolute_ones_stay(write: Write, tmp_path: Path) -> None:
    touch(tmp_path / "audio", ["a.wav"])
    path = write(f"path,label\na.wav,x\n{tmp_path / 'b.wav'},y\n")
    found = Table(path=path, root=tmp_path / "audio").clips().column("path")
    assert found == [str(tmp_path / "audio" / "a.wav"), str(tmp_path / "b.wav")]


def test_other_delimiters_can_be_named(write: Write) -> None:
    assert rows(write("path;label\na.wav;x\n"), delimiter=";")[0][:2] == ("a.wav", ["x"])


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(write: Write) -> None:
    assert rows(write("\ufeffpath,label\r\na.wav,x\r\n"))[0][:2] == ("a.wav", ["x"])


def test_missing_columns_are_all_named_with_those_there_are(write: Write) -> None:
    path = write("file,genre,artist\na.wav,x,y\n")
    with pytest.raises(DataError) as caught:
        Table(path=path, group_column="artists").clips()
    message = str(caught.value)
    assert f"{path}: no column 'path'\n  why: the columns are file, genre, artist" in message
    assert "no column 'artists'; did you mean 'artist'?" in message
    assert "no column 'label' or 'labels'" in message
    assert "--set dataset.label_column=NAME" in message
    assert len(caught.value.problems) == 3


def test_clips_of_one_file_form_a_group_unless_they_have_one(write: Write, tmp_path: Path) -> None:
    path = write("path,label,group,start\na.wav,x,,0\na.wav,x,,5\nb.wav,y,,\nc.wav,y,site,0\nc.wav,y,site,9\n")
    clips = Table(path=path).clips()
    own = str(tmp_path / "a.wav")
    assert clips.column("group") == [own, own, None, "site", "site"]
    assert clips.notes == ("2 clips lie in 1 files that hold several; those of one file form a group",)


def test_repeated_rows_are_warned_about(write: Write) -> None:
    path = write("path,label,group,start\na.wav,x,g,0\na.wav,y,g,0\na.wav,x,g,5\n")
    assert Table(path=path).clips().notes == ("warning: 1 rows repeat the stretch of the file that another row names",)


def test_paths_of_which_none_is_there_are_refused_at_once(write: Write, tmp_path: Path) -> None:
    path = write("path,label\naudio/x.wav,a\naudio/y.wav,b\n")
    with pytest.raises(DataError, match="none of the table's files is there") as caught:
        Table(path=path).clips()
    assert str(tmp_path) + os.sep + "audio/x.wav" in str(caught.value)
    assert "dataset.root=…" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("clips.csv", "", "empty CSV"),
        ("clips.csv", "path,label\n", "has no rows"),
        ("clips.csv", "path,label\na.wav,x\nb.wav,x,y\n", r"row 2 \(line 3\) has 3 fields, the header has 2"),
        ("clips.parquet", "no parquet", "cannot read the table"),
        ("clips.jsonl", '{"path": "a.wav"\n', "cannot read the table"),
        ("clips.xlsx", "", r"known suffixes are \.csv, \.tsv"),
        ("clips.jsonl", '{"path": {"x": 1}, "label": "y"}\n', r"column 'path' holds Struct.*, not text"),
    ],
)
def test_files_that_are_no_table_are_refused(write: Write, name: str, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Table(path=write(text, name)).clips()


def test_text_in_another_encoding_is_refused_by_row(write: Write) -> None:
    path = write("")
    path.write_bytes("path,label\na.wav,x\nb.wav,café\n".encode("latin-1"))
    with pytest.raises(DataError, match="it is not UTF-8 text"):
        Table(path=path).clips()


def test_a_table_that_is_not_there_is_refused_with_what_is(write: Write) -> None:
    path = write("")
    with pytest.raises(
        DataError, match=r"there is no table .*x\.csv\n  why: .* holds a\.wav, b\.wav, c\.wav, clips\.csv"
    ):
        Table(path=path.with_name("x.csv")).clips()


NAMES = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=8)


@given(labels=st.lists(NAMES, min_size=1, max_size=8), kind=st.sampled_from(["csv", "tsv", "jsonl", "parquet"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_any_label_survives_any_format(write: Write, tmp_path: Path, labels: list[str], kind: str) -> None:
    labels = [stripped for label in labels if (stripped := label.strip())] or ["x"]
    frame = pl.DataFrame({"path": ["a.wav"] * len(labels), "label": labels})
    path = tmp_path / f"any.{kind}"
    if kind == "parquet":
        frame.write_parquet(path)
    elif kind == "jsonl":
        frame.write_ndjson(path)
    else:
        frame.write_csv(path, separator="\t" if kind == "tsv" else ",")
    assert Table(path=path).clips().single_labels() == labels
