"""Clip tables for tests, without files behind them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from genrekit import Clips


def clips_of(
    labels: Sequence[str],
    groups: Sequence[str | None] | None = None,
    parts: Sequence[str | None] | None = None,
    folds: Sequence[str | None] | None = None,
) -> Clips:
    """One clip for each label."""
    columns: dict[str, object] = {
        "path": [f"{number}.wav" for number in range(len(labels))],
        "labels": pl.Series([[label] for label in labels], dtype=pl.List(pl.String)),
    }
    given = {"group": groups, "part": parts, "fold": folds}
    columns |= {name: pl.Series(values, dtype=pl.String) for name, values in given.items() if values is not None}
    return Clips.from_columns(columns)


def parts_per(clips: Clips, column: str) -> dict[str, set[str]]:
    """Each label's or group's parts."""
    rows = clips.table.explode("labels").rename({"labels": "label"}).drop_nulls([column, "part"])
    return {name: set(parts) for name, parts in rows.group_by(column).agg("part").iter_rows()}
