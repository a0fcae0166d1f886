"""Reads a table from disk, all columns as they are, or says what is wrong with the file."""

from __future__ import annotations

import csv
import gzip
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from genrekit import DataError
from genrekit_builtins.data_root import contents

if TYPE_CHECKING:
    import polars as pl

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
FORMATS = (*DELIMITERS, ".parquet", ".pq", ".jsonl", ".ndjson")


def read_table(path: Path, delimiter: str | None = None) -> pl.DataFrame:
    """A CSV, TSV (also gzipped), Parquet or JSON lines file; text formats without types give text columns.

    ``delimiter`` None means: by suffix. Raises `genrekit.DataError` for what cannot be read, and for no rows.
    """
    import polars as pl

    kind = _format(path)
    try:
        if kind in DELIMITERS:
            table = pl.read_csv(path, separator=delimiter or DELIMITERS[kind], infer_schema=False)
        elif kind in {".parquet", ".pq"}:
            table = pl.read_parquet(path)
        else:
            table = pl.read_ndjson(path, infer_schema_length=None)
    except (pl.exceptions.PolarsError, OSError) as error:
        why = _wrong_row(path, delimiter or DELIMITERS[kind]) if kind in DELIMITERS else None
        raise DataError(f"cannot read the table {path}", why=why or str(error).splitlines()[0]) from None
    if not table.height:
        raise DataError(f"the table {path} has no rows")
    return table


def _format(path: Path) -> str:
    if not path.is_file():
        there = next(parent for parent in path.parents if parent.is_dir())
        raise DataError(f"there is no table {path}", why=f"{there} holds {contents(there)}")
    kind = Path(path.name.lower().removesuffix(".gz")).suffix
    if kind not in FORMATS:
        raise DataError(f"cannot tell what format {path} has", why=f"known suffixes are {', '.join(FORMATS)}")
    return kind


def text_line(path: Path, delimiter: str | None, row: int) -> tuple[int, str] | None:
    """The line that row ``row`` (from 1, after any header) begins on, from 1, and its text; None if it has no lines."""
    kind = _format(path)
    if kind in {".parquet", ".pq"}:
        return None
    with _text(path) as text:
        lines = text.readlines()
    starts = _starts(lines, delimiter or DELIMITERS[kind]) if kind in DELIMITERS else _filled(lines)
    number = next(itertools.islice(starts, row - (kind not in DELIMITERS), None), None)
    return None if number is None else (number, lines[number - 1].rstrip())


def _starts(lines: list[str], delimiter: str) -> Iterator[int]:
    """The line on which each record begins, the header's first; an empty line is a row, too."""
    rows, begin = csv.reader(lines, delimiter=delimiter), 1
    for _ in rows:
        yield begin
        begin = rows.line_num + 1


def _filled(lines: list[str]) -> Iterator[int]:
    return (number for number, line in enumerate(lines, start=1) if line.strip())


def _text(path: Path) -> IO[str]:
    opened = gzip.open if path.suffix == ".gz" else open
    return cast("IO[str]", opened(path, "rt", encoding="utf-8-sig", newline=""))


def _wrong_row(path: Path, delimiter: str) -> str | None:
    """The first row of a delimited file that is not text or has more fields than the header; slow but exact."""
    with _text(path) as text:
        rows = csv.reader(text, delimiter=delimiter)
        number = 0
        try:
            header = len(next(rows, []))
            for number, row in enumerate(rows, start=1):
                if len(row) > header:
                    return f"row {number} (line {rows.line_num}) has {len(row)} fields, the header has {header}"
        except UnicodeDecodeError as error:
            return f"after row {number} it is not UTF-8 text: {error.reason}"
        except (csv.Error, OSError):
            return None
    return None
