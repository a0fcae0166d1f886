"""Reads ``predictions.csv`` back: which clip was answered how."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from genrekit.errors import GenrekitError

PREDICTIONS = "predictions.csv"

ClipKey = tuple[str, str]
"""A clip's path, and where in it the clip starts; where the file does not say, which of the path's clips it is."""


@dataclass(frozen=True)
class Answer:
    """One line. ``probabilities`` are in the order of `Answers.labels`.

    The clip begins ``start_s`` seconds into its file and takes ``duration_s`` (None: to the end of the file). ``kin``
    is what the training part has of it: "twin", "mate", both, or "".
    """

    key: ClipKey
    group: str | None
    label: str
    predicted: str
    probabilities: list[float]
    start_s: float = 0.0
    duration_s: float | None = None
    kin: str = ""


@dataclass(frozen=True)
class Answers:
    """The answers for one part."""

    part: str
    labels: list[str]
    lines: list[Answer]


def read_answers(folder: Path, part: str | None = None) -> Answers:
    """The answers of a run folder for ``part``; None: for the part that is reported, test where there is one."""
    rows = _rows(folder / PREDICTIONS)
    labels = [name[2:-1] for name in rows[0] if name.startswith("p(") and name.endswith(")")] if rows else []
    parts = {row["part"] for row in rows}
    reported = part or ("test" if "test" in parts else "validation")
    return Answers(reported, labels, _answers([row for row in rows if row["part"] == reported], labels))


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except (OSError, ValueError) as error:
        raise GenrekitError(f"cannot read {path}: {error}", hint="a run that has finished has one") from None


def _answers(rows: list[dict[str, str]], labels: list[str]) -> list[Answer]:
    seen: Counter[str] = Counter()
    answers = []
    for row in rows:
        seen[row["path"]] += 1
        key = (row["path"], row.get("start_s") or f"#{seen[row['path']]}")
        answers.append(_answer(key, row, labels))
    return answers


def _answer(key: ClipKey, row: dict[str, str], labels: list[str]) -> Answer:
    return Answer(
        key=key,
        group=row["group"] or None,
        label=row["label"],
        predicted=row["predicted"],
        probabilities=[float(row[f"p({label})"]) for label in labels],
        start_s=float(row.get("start_s") or 0.0),
        duration_s=float(row["duration_s"]) if row.get("duration_s") else None,
        kin=row.get("kin") or "",
    )
