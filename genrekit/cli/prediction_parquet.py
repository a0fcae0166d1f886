"""Predictions as a Parquet table. Unlike the other formats, all rows are held in memory until the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from genrekit.answers import Prediction, Window


def write_parquet(answers: Iterable[Window | Prediction], path: Path, labels: Sequence[str], timeline: bool) -> int:
    """A row for each file, or else for each window and each file that failed. Returns how many files failed."""
    import polars as pl

    failed, rows = 0, []
    for answer in answers:
        fails = isinstance(answer, Prediction) and answer.status == "failed"
        failed += fails
        if fails or isinstance(answer, Window) == timeline:
            rows.append(_row(answer, labels, timeline))
    when = {"start_s": pl.Float64, "end_s": pl.Float64} if timeline else {}
    answer_of: dict[str, Any] = {"status": pl.String, "label": pl.String, "labels": pl.List(pl.String)}
    about = {"path": pl.String, **when, **answer_of}
    shares = {f"p({label})": pl.Float64 for label in labels}
    schema = about | {"probability": pl.Float64, "reason": pl.String} | shares
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(path)
    return failed


def _row(answer: Window | Prediction, labels: Sequence[str], timeline: bool) -> list[Any]:
    when = [answer.start_s, answer.end_s] if isinstance(answer, Window) else [None, None]
    status, reason = ("ok", None) if isinstance(answer, Window) else (answer.status, answer.reason)
    about = [answer.path, *(when if timeline else []), status, answer.label, list(answer.labels)]
    return [*about, answer.probability, reason, *(answer.probabilities.get(label) for label in labels)]
