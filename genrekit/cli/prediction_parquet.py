"""Predictions as a Parquet table, some thousand rows at a time, so that nothing piles up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.answers import Prediction, Window

if TYPE_CHECKING:
    import polars as pl

ROWS = 4096


def write_parquet(answers: Iterable[Window | Prediction], path: Path, labels: Sequence[str], timeline: bool) -> int:
    """A row for each file, or else for each window and each file that failed. Returns how many files failed."""
    from polars.io.plugins import register_io_source

    rows, schema = _Rows(answers, labels, timeline), _schema(labels, timeline)

    def frames(*_: Any) -> Iterator[pl.DataFrame]:
        return rows.frames(schema)

    register_io_source(frames, schema=schema).sink_parquet(path)
    if rows.error:
        raise rows.error
    return rows.failed


class _Rows:
    """Rows on their way into polars, which would wrap what goes wrong with them into errors of its own."""

    def __init__(self, answers: Iterable[Window | Prediction], labels: Sequence[str], timeline: bool) -> None:
        self.answers, self.labels, self.timeline = answers, labels, timeline
        self.failed = 0
        self.error: Exception | None = None

    def frames(self, schema: dict[str, Any]) -> Iterator[pl.DataFrame]:
        import polars as pl

        rest = self._until_error()
        while rows := list(islice(rest, ROWS)):
            yield pl.DataFrame(rows, schema=schema, orient="row")

    def _until_error(self) -> Iterator[list[Any]]:
        try:
            for answer in self.answers:
                fails = isinstance(answer, Prediction) and answer.status == "failed"
                self.failed += fails
                if fails or isinstance(answer, Window) == self.timeline:
                    yield _row(answer, self.labels, self.timeline)
        except Exception as error:
            self.error = error


def _schema(labels: Sequence[str], timeline: bool) -> dict[str, Any]:
    import polars as pl

    when = {"start_s": pl.Float64, "end_s": pl.Float64} if timeline else {}
    answer_of: dict[str, Any] = {"status": pl.String, "label": pl.String, "labels": pl.List(pl.String)}
    shares = {f"p({label})": pl.Float64 for label in labels}
    return {"path": pl.String, **when, **answer_of, "probability": pl.Float64, "reason": pl.String} | shares


def _row(answer: Window | Prediction, labels: Sequence[str], timeline: bool) -> list[Any]:
    when = [answer.start_s, answer.end_s] if isinstance(answer, Window) else [None, None]
    status, reason = ("ok", None) if isinstance(answer, Window) else (answer.status, answer.reason)
    # File names may hold what UTF-8 does not.
    path = answer.path.encode(errors="backslashreplace").decode()
    about = [path, *(when if timeline else []), status, answer.label, list(answer.labels)]
    return [*about, answer.probability, reason, *(answer.probabilities.get(label) for label in labels)]
