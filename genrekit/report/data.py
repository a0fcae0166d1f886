"""What ``data.json`` tells, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genrekit.clips import PARTS
from genrekit.report.summary import Figure

MOST_ROWS = 300
"""Rows of a list of files; ``data.json`` holds all."""

TITLES = {"train": "training"}


@dataclass(frozen=True)
class Table:
    """What the macro ``table`` draws: columns are (title, kind)."""

    columns: list[tuple[str, str]]
    rows: list[list[Any]]


def parts_table(data: Mapping[str, Any]) -> Table:
    """Clips, groups and classes of each part."""
    parts, groups = data.get("parts", {}), data.get("groups", {})
    rows = []
    for part in PARTS:
        clips = parts.get(part, {})
        if clips:
            rows.append([TITLES.get(part, part), sum(clips.values()), len(clips), groups.get(part) or "none known"])
    return Table([("part", "text"), ("clips", "number"), ("classes", "number"), ("groups", "number")], rows)


def class_counts(data: Mapping[str, Any]) -> Table:
    """Clips of each class in each part."""
    parts = {part: clips for part, clips in data.get("parts", {}).items() if clips}
    labels = sorted({label for clips in parts.values() for label in clips})
    columns = [("class", "text"), *((TITLES.get(part, part), "number") for part in parts)]
    return Table(columns, [[label, *(clips.get(label, 0) for clips in parts.values())] for label in labels])


def figures_table(figures: list[Figure], part: str) -> Table:
    """Every figure with its interval, the validation part's beside the test part's."""
    beside = any(one.validation is not None for one in figures)
    columns = [("figure", "text"), (part, "number"), ("95 % interval", "text")]
    columns += [("validation", "number")] if beside else []
    return Table(columns, [_figure_row(one, beside) for one in figures])


def _figure_row(one: Figure, beside: bool) -> list[Any]:
    from genrekit.report.page import figure, title

    known = one.low is not None and one.high is not None
    interval = f"{figure(one.low)} to {figure(one.high)}" if known else ""
    return [title(one.name), figure(one.value), interval, *([figure(one.validation)] if beside else [])]


def files(rows: list[Mapping[str, Any]], key: str) -> list[list[str]]:
    """(path, reason or notes) of the first files of a list."""
    told = [(row["path"], row[key]) for row in rows[:MOST_ROWS]]
    return [[path, why if isinstance(why, str) else "; ".join(why)] for path, why in told]
