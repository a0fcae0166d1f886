"""Rows of a table that make no clip: numbers, and the line of the first."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from audio_trees import touch
from clip_tables import clips_of

from genrekit import Clips, DataError
from genrekit_builtins.kfold import KFold
from genrekit_builtins.random_split import RandomSplit
from genrekit_builtins.table import Table
from genrekit_builtins.table_file import text_line


def refused(path: Path, text: str) -> DataError:
    """What reading that table raises."""
    touch(path.parent, ["a.wav", "b.wav"])
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        Table(path=path).clips()
    return caught.value


def test_rows_that_make_no_clip_are_all_reported_with_the_first_ones_line(tmp_path: Path) -> None:
    path = tmp_path / "clips.csv"
    error = refused(
        path,
        "path,label,start,end\na.wav,x,0,1\n,x,,\nb.wav, ,,\n,,,\n"
        "a.wav,x,-1,\na.wav,x,soon,\na.wav,x,2,2\na.wav,x,,nan\n",
    )
    assert [(problem.what, problem.where, problem.source, problem.why) for problem in error.problems] == [
        ("2 of 8 rows have no path", f"{path}:3", ",x,,", "counted from 1 after the header: 2, 4"),
        ("2 of 8 rows have no label", f"{path}:4", "b.wav, ,,", "counted from 1 after the header: 3, 4"),
        (
            "2 of 8 rows have a start that is no number of seconds from 0",
            f"{path}:6",
            "a.wav,x,-1,",
            "counted from 1 after the header: 5, 6",
        ),
        (
            "1 of 8 rows have a end that is no number of seconds from 0",
            f"{path}:9",
            "a.wav,x,,nan",
            "counted from 1 after the header: 8",
        ),
        ("1 of 8 rows have no end after their start", f"{path}:8", "a.wav,x,2,2", "counted from 1 after the header: 7"),
    ]


def test_many_wrong_rows_are_counted(tmp_path: Path) -> None:
    error = refused(tmp_path / "clips.csv", "path,label\n" + "a.wav,\n" * 50)
    assert error.problems[0].what == "50 of 50 rows have no label"
    assert error.problems[0].why is not None
    assert error.problems[0].why.endswith("19, 20 and 30 more")


@pytest.mark.parametrize(
    ("name", "text", "row", "found"),
    [
        ("c.csv", 'path,label\n"a\nb",x\nc,\n', 2, (4, "c,")),
        ("c.csv", "path,label\n\na,x\n", 2, (3, "a,x")),
        ("c.tsv", "path\tlabel\r\na\tx\r\n", 1, (2, "a\tx")),
        ("c.jsonl", '{"path": "a"}\n\n{"path": "b"}\n', 2, (3, '{"path": "b"}')),
        ("c.csv", "path,label\na,x\n", 9, None),
    ],
)
def test_a_row_is_found_in_the_text(
    tmp_path: Path, name: str, text: str, row: int, found: tuple[int, str] | None
) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode())
    assert text_line(path, None, row) == found


def test_a_table_without_lines_is_named_alone(tmp_path: Path) -> None:
    touch(tmp_path, ["a.wav"])
    path = tmp_path / "clips.parquet"
    pl.DataFrame({"path": ["a.wav"], "label": [""]}).write_parquet(path)
    with pytest.raises(DataError) as caught:
        Table(path=path).clips()
    assert caught.value.problems[0].where == str(path)


@pytest.mark.parametrize("unlabelled", [1, 3, 40])
@pytest.mark.parametrize("splitter", [RandomSplit(validation=0.2, test=0.2), KFold()], ids=["random", "kfold"])
def test_clips_without_labels_are_dealt_out_like_others(splitter: RandomSplit | KFold, unlabelled: int) -> None:
    clips = clips_of(["a"] * 20 + ["b"] * 10 + ["none"] * unlabelled)
    labels = [[] if names == ["none"] else names for names in clips.column("labels")]
    split = splitter.split(Clips(clips.with_column("labels", labels).table), 3)
    sides = split.table.group_by(pl.col("labels").list.first()).agg(pl.col("part").n_unique())
    found = dict(sides.iter_rows())
    assert found["a"] == found["b"] == len(set(split.column("part")))
    if unlabelled == 40:
        assert found[None] == found["a"]
