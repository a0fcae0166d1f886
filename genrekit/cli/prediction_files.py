"""Predictions for programs: JSON and CSV, written as the answers come, so that nothing piles up."""

from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Iterable, Sequence
from typing import IO

from genrekit.answers import Prediction, Window
from genrekit.label_cells import in_cell


def write_json(answers: Iterable[Window | Prediction], stream: IO[str], timeline: bool, lines: bool = False) -> int:
    """A list with an object for each file; with its windows in ``timeline``. Returns how many files failed.

    ``lines``: no list, but each object on a line of its own.
    """
    failed, before_file, before_window, inside = 0, "" if lines else "[\n", "", False
    between_files, between_windows, first_window = ("\n", ", ", "") if lines else (",\n", ",\n", "\n")
    for answer in answers:
        if not inside:
            stream.write(f'{before_file}{{"path": {_json(answer.path)}, ' + '"timeline": [' * timeline)
            before_file, before_window = between_files, first_window
        content = _json({name: value for name, value in dataclasses.asdict(answer).items() if name != "path"})
        inside = isinstance(answer, Window)
        if isinstance(answer, Window):
            stream.write(before_window + content)
            before_window = between_windows
        else:
            stream.write("], " * timeline + content.removeprefix("{"))
            failed += answer.status == "failed"
    stream.write("\n" * (before_file == between_files) if lines else "\n]\n")
    return failed


def write_csv(answers: Iterable[Window | Prediction], stream: IO[str], labels: Sequence[str], timeline: bool) -> int:
    """A row for each file, or else for each window and each file that failed. Returns how many files failed."""
    writer, failed = csv.writer(stream, lineterminator="\n"), 0
    when = ["start_s", "end_s"] if timeline else []
    writer.writerow(
        ["path", *when, "status", "label", "labels", "probability", "reason", *(f"p({label})" for label in labels)]
    )
    for answer in answers:
        fails = isinstance(answer, Prediction) and answer.status == "failed"
        failed += fails
        if fails or isinstance(answer, Window) == timeline:
            writer.writerow(_row(answer, labels, timeline))
    return failed


def _row(answer: Window | Prediction, labels: Sequence[str], timeline: bool) -> list[str]:
    when = [_figure(answer.start_s, 3), _figure(answer.end_s, 3)] if isinstance(answer, Window) else ["", ""]
    status, reason = ("ok", None) if isinstance(answer, Window) else (answer.status, answer.reason)
    shares = [_figure(answer.probabilities.get(label), 6) for label in labels]
    given = in_cell(answer.labels)
    about = [status, answer.label or "", given, _figure(answer.probability, 6), reason or ""]
    return [answer.path, *(when if timeline else []), *about, *shares]


def _figure(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
