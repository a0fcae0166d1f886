"""All answers of a series' runs for clips that none of them was trained on, as one outcome."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit.outcome import Outcome
from genrekit.predictions_file import BETWEEN_LABELS, PREDICTIONS, Answer, Answers, read_answers

if TYPE_CHECKING:
    import numpy as np


def pooled(folders: Sequence[Path], losses: Sequence[float], part: str, multi_label: bool) -> Outcome:
    """The runs' answers for ``part`` one after another; ``losses`` are the runs' mean losses.

    Each clip of a run is there once, so a clip that several seeds' runs tested is there several times. Clips without a
    group are given their own, so that whoever draws clips again draws all of one clip's answers together.
    """
    import numpy as np

    runs = [read_answers(folder, part) for folder in folders]
    labels = sorted({label for run in runs for label in run.labels})
    lines = [line for run in runs for line in run.lines]
    rows = {key: row for row, key in enumerate(dict.fromkeys(line.key for line in lines))}
    sizes = [len(run.lines) for run in runs]
    return Outcome(
        part=part,
        labels=labels,
        paths=[line.key[0] for line in lines],
        rows=np.asarray([rows[line.key] for line in lines], np.int64),
        groups=_groups(lines, repeated=len(rows) < len(lines)),
        truth=np.asarray([[label in _labels(line, multi_label) for label in labels] for line in lines]),
        probabilities=np.concatenate([_probabilities(run, labels) for run in runs]),
        loss=float(np.average(losses, weights=sizes)),
        multi_label=multi_label,
    )


def pooled_rows(folders: Sequence[Path], part: str) -> Iterator[list[str]]:
    """The lines of the series' ``predictions.csv``: each run's for ``part``, after the run's name; the header first."""
    header: list[str] = []
    for folder in folders:
        with (folder / PREDICTIONS).open(newline="", encoding="utf-8") as file:
            for number, row in enumerate(csv.reader(file)):
                if number and row[header.index("part")] == part:
                    yield [folder.name, *row]
                elif not number and not header:
                    header = row
                    yield ["run", *row]


def _groups(lines: Sequence[Answer], repeated: bool) -> list[str | None]:
    if not repeated:
        return [line.group for line in lines]
    return [line.group or " ".join(line.key) for line in lines]


def _labels(line: Answer, multi_label: bool) -> list[str]:
    return line.label.split(BETWEEN_LABELS) if multi_label else [line.label]


def _probabilities(run: Answers, labels: Sequence[str]) -> np.ndarray:
    """float32 [clips, labels]; a label that a run did not know is impossible to it."""
    import numpy as np

    table = np.zeros((len(run.lines), len(labels)), np.float32)
    columns = [labels.index(label) for label in run.labels]
    table[:, columns] = [line.probabilities for line in run.lines]
    return table
