"""Rows of a table that make no clip: all of them are told, each kind with the line where it is first seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit import DataError
from genrekit.errors import Problem
from genrekit_builtins.table_file import text_line

if TYPE_CHECKING:
    import polars as pl

SHOWN = 20
"""So many row numbers are listed for a problem."""


def check_rows(rows: pl.DataFrame, columns: Mapping[str, str], path: Path, delimiter: str | None = None) -> None:
    """`DataError` with every kind of row that makes no clip, the rows' numbers, and the first one's line."""
    problems = [
        Problem(
            f"{len(numbers)} of {rows.height} rows {what}", *_place(path, delimiter, numbers), why=_numbered(numbers)
        )
        for what, numbers in _wrong(rows, columns)
    ]
    if problems:
        raise DataError.of(problems)


def _place(path: Path, delimiter: str | None, numbers: list[int]) -> tuple[str, str | None]:
    """``file:line`` of the first of the rows, and what stands there; a file without lines has a name only."""
    found = text_line(path, delimiter, numbers[0])
    return (f"{path}:{found[0]}", found[1]) if found else (str(path), None)


def _wrong(rows: pl.DataFrame, columns: Mapping[str, str]) -> Iterator[tuple[str, list[int]]]:
    """(what, row numbers from 1) of each kind of trouble."""
    for what, mask in _masks(columns).items():
        numbers = rows.select(mask.arg_true() + 1).to_series().to_list()
        if numbers:
            yield what, numbers


def _masks(columns: Mapping[str, str]) -> dict[str, pl.Expr]:
    import polars as pl

    start, end = pl.col("raw_start"), pl.col("raw_end")
    labels = columns.get("label") or columns["labels"]
    seconds = {"raw_start": columns.get("start"), "raw_end": columns.get("end")}
    wrong = {f"have no {columns['path']}": pl.col("path").is_null(), f"have no {labels}": pl.col("labels").is_null()}
    for raw, column in seconds.items():
        number = pl.col(raw).cast(pl.Float64, strict=False)
        bad = number.is_null() | number.is_nan() | number.is_infinite() | (number < 0)
        wrong[f"have a {column} that is no number of seconds from 0"] = pl.col(raw).is_not_null() & bad
    both = [expression.cast(pl.Float64, strict=False) for expression in (start.fill_null("0"), end)]
    return wrong | {f"have no {seconds['raw_end']} after their start": both[1] <= both[0]}


def _numbered(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:SHOWN]))
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return f"counted from 1 after the header: {shown}{more}"
