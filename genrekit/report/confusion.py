"""The confusion matrix, and which clips stand behind its cells, within a bound however many clips there are."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from genrekit.outcome import Outcome

MOST_CLASSES = 60
"""With more classes the matrix is no longer readable; the commonest confusions are listed alone."""
MOST_PAIRS = 20
MOST_LISTED = 2000
"""Clips that one part's lists hold together: about 200 kB."""
MOST_IN_CELL = (200, 100, 50, 20, 10, 5, 3, 1)


@dataclass(frozen=True)
class Cell:
    """How many clips of class ``true`` were taken for ``predicted``, and their ``share`` of that class."""

    true: int
    predicted: int
    clips: int
    share: float

    @property
    def key(self) -> str:
        return f"{self.true}-{self.predicted}"


@dataclass(frozen=True)
class Confusion:
    """``rows[i][j]`` are the cells, empty if there are too many classes; ``pairs`` the commonest confusions."""

    part: str
    labels: list[str]
    rows: list[list[Cell]]
    pairs: list[Cell]
    lists: dict[str, Any]
    right: int
    clips: int


def confusion(outcome: Outcome) -> Confusion:
    """The matrix of a part; clips have one label each."""
    import numpy as np

    classes, true, predicted = len(outcome.labels), outcome.targets, outcome.predicted
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (true, predicted), 1)
    cells = {(i, j): _cell(counts, i, j) for i, j in np.argwhere(counts).tolist()}
    wrong = [cell for (i, j), cell in cells.items() if i != j]
    pairs = sorted(wrong, key=lambda cell: (-cell.clips, cell.key))[:MOST_PAIRS]
    listed = cells if classes <= MOST_CLASSES else {(cell.true, cell.predicted): cell for cell in pairs}
    every = range(classes if classes <= MOST_CLASSES else 0)
    rows = [[cells.get((i, j)) or Cell(i, j, 0, 0.0) for j in every] for i in every]
    return Confusion(
        part=outcome.part,
        labels=outcome.labels,
        rows=rows,
        pairs=pairs,
        lists=_lists(outcome, listed.values()),
        right=int(np.trace(counts)),
        clips=len(true),
    )


def _cell(counts: np.ndarray, i: int, j: int) -> Cell:
    return Cell(i, j, int(counts[i, j]), float(counts[i, j] / counts[i].sum()))


def _lists(outcome: Outcome, cells: Collection[Cell]) -> dict[str, Any]:
    """What the page's script reads: paths without what all have in common, and two probabilities each."""
    import numpy as np

    most = _most_in_cell(cells)
    listed: dict[str, list[list[Any]]] = {cell.key: [] for cell in cells}
    root, true, predicted = common_folder(outcome.paths), outcome.targets, outcome.predicted
    order = np.argsort(-outcome.probabilities.max(axis=1), kind="stable")
    # Of mistakes the most confident come first, of right answers the least confident.
    wrong = (true != predicted)[order]
    for index in [*order[wrong], *order[~wrong][::-1]]:
        clips = listed.get(f"{true[index]}-{predicted[index]}")
        if clips is not None and len(clips) < most:
            odds = [round(float(outcome.probabilities[index, label[index]]), 4) for label in (predicted, true)]
            clips.append([clip_name(outcome, index, root), *odds])
    return {"root": root, "labels": outcome.labels, "cells": listed}


def _most_in_cell(cells: Collection[Cell]) -> int:
    """How many clips each cell may list, so that all lists together stay within bounds."""
    return next((cap for cap in MOST_IN_CELL if sum(min(cell.clips, cap) for cell in cells) <= MOST_LISTED), 1)


def common_folder(paths: Iterable[str]) -> str:
    """What all paths begin with, with the slash; nothing if they have no folder in common."""
    folders = {os.path.dirname(path) for path in paths}  # noqa: PTH120
    try:
        common = os.path.commonpath(folders)
    except ValueError:  # No paths, or absolute and relative ones.
        return ""
    return common + os.sep if common and not common.endswith(os.sep) else common


def clip_name(outcome: Outcome, index: int, root: str = "") -> str:
    """A clip's path without ``root``, and which stretch of the file it is where that is not the whole."""
    path = outcome.paths[index].removeprefix(root)
    start_s = outcome.starts_s[index] if outcome.starts_s else 0.0
    duration_s = outcome.durations_s[index] if outcome.durations_s else None
    if not start_s and duration_s is None:
        return path
    end = "" if duration_s is None else f"{start_s + duration_s:.4g}"
    return f"{path} [{start_s:.4g}–{end} s]"
