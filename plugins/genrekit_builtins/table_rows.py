"""From a table's rows to clips, by whole columns."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit import DataError

if TYPE_CHECKING:
    import polars as pl

PROBED = 16
"""So many files are looked for before all of them are believed in."""

ABSOLUTE = r"^(?:[/\\]|[A-Za-z]:[/\\])"


def clip_columns(table: pl.DataFrame, columns: Mapping[str, str], root: Path, separator: str) -> pl.DataFrame:
    """The columns of `genrekit.Clips`, with null where a row has nothing usable, and raw_start and raw_end as text."""
    import polars as pl

    def text(meaning: str) -> pl.Expr:
        if meaning not in columns:
            return pl.lit(None, pl.String)
        plain = pl.col(columns[meaning]).cast(pl.String).str.strip_chars()
        return pl.when(plain != "").then(plain)

    raw = {meaning: text(meaning) for meaning in ("path", "group", "part", "fold")}
    raw |= {"raw_start": text("start"), "raw_end": text("end"), "labels": _labels(table, columns, separator)}
    start, end = (pl.col(name).cast(pl.Float64, strict=False) for name in ("raw_start", "raw_end"))
    rows = table.select(**raw).with_columns(start_s=start.fill_null(0.0), duration_s=end - start.fill_null(0.0))
    inside = pl.lit(os.path.join(root, "")) + pl.col("path")  # noqa: PTH118
    absolute = pl.col("path").str.contains(ABSOLUTE)
    rows = rows.with_columns(path=pl.when(absolute).then("path").otherwise(inside))
    return rows.with_columns(group=pl.coalesce("group", pl.when(pl.col("path").is_duplicated()).then("path")))


def _labels(table: pl.DataFrame, columns: Mapping[str, str], separator: str) -> pl.Expr:
    """A list of labels; null where there is none, unless the column is one of several labels, which may be none."""
    import polars as pl

    several = "labels" in columns
    column = columns["labels" if several else "label"]
    given = pl.col(column)
    if isinstance(table.schema[column], pl.List | pl.Array):
        parts = given.cast(pl.List(pl.String))
    elif several:
        parts = given.cast(pl.String).str.split(separator)
    else:
        parts = pl.concat_list(given.cast(pl.String))
    clean = parts.list.eval(pl.element().str.strip_chars()).list.eval(pl.element().filter(pl.element() != ""))
    if several:
        return clean.fill_null([])
    return pl.when(clean.list.len() > 0).then(clean)


def check_files(rows: pl.DataFrame, root: Path) -> None:
    """`DataError` if none of some files, spread over the table, is there: then the paths mean something else."""
    paths = rows.get_column("path").gather_every(max(1, rows.height // PROBED)).to_list()
    if not any(Path(path).exists() for path in paths):
        raise DataError(
            f"none of the table's files is there, such as {paths[0]}",
            why=f"relative paths start at {root}",
            hint="--set dataset.root=… says where they start",
        )


def row_notes(rows: pl.DataFrame) -> list[str]:
    """What people should know about rows that share a file."""
    import polars as pl

    notes = []
    own = rows.filter(pl.col("group") == pl.col("path"))
    if own.height:
        files = own.get_column("path").n_unique()
        notes.append(f"{own.height} clips lie in {files} files that hold several; those of one file form a group")
    repeated = rows.height - rows.select("path", "start_s", "duration_s").n_unique()
    if repeated:
        notes.append(f"warning: {repeated} rows repeat the stretch of the file that another row names")
    return notes
