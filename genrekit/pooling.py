"""What runs answered, read back from their folders: all answers for a part as one outcome."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit.bundle import read_manifest
from genrekit.label_cells import of_cell
from genrekit.leakage import Kin
from genrekit.outcome import Outcome
from genrekit.predictions_file import PREDICTIONS, Answer, Answers, read_answers
from genrekit.thresholds import USUAL

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Pooled:
    """``outcome`` is of all answers, one run's after another's; ``kin`` has its rows; ``groups`` are clips' own."""

    outcome: Outcome
    kin: Kin
    groups: list[str | None]

    @property
    def clips(self) -> int:
        """How many different clips were answered; each seed's run answers all of them."""
        return len(set(self.outcome.rows.tolist()))


def pooled(folders: Sequence[Path], losses: Sequence[float], part: str, multi_label: bool) -> Pooled:
    """The runs' answers for ``part``, as their bundles give them; ``losses`` are the runs' mean losses.

    Each clip of a run is there once, so a clip that several seeds' runs tested is there several times. Clips without a
    group are given their own, so that whoever draws clips again draws all of one clip's answers together.
    """
    import numpy as np

    runs = [read_answers(folder, part) for folder in folders]
    labels = sorted({label for run in runs for label in run.labels})
    lines = [line for run in runs for line in run.lines]
    numbers = {key: row for row, key in enumerate(dict.fromkeys(line.key for line in lines))}
    rows = np.asarray([numbers[line.key] for line in lines], np.int64)
    outcome = Outcome(
        part=part,
        labels=labels,
        paths=[line.key[0] for line in lines],
        rows=rows,
        groups=_groups(lines, repeated=len(numbers) < len(lines)),
        truth=np.asarray([[label in _labels(line, multi_label) for label in labels] for line in lines]),
        probabilities=np.concatenate([_probabilities(run, labels) for run in runs]),
        loss=float(np.average(losses, weights=[len(run.lines) for run in runs])),
        multi_label=multi_label,
        thresholds=np.concatenate(_thresholds(folders, runs, labels)) if multi_label else None,
        starts_s=[line.start_s for line in lines],
        durations_s=[line.duration_s for line in lines],
    )
    return Pooled(outcome, _kin(lines, rows.tolist()), [line.group for line in lines])


def _kin(lines: Sequence[Answer], rows: Sequence[int]) -> Kin:
    known = [(row, line.kin.split()) for row, line in zip(rows, lines, strict=True)]
    twins, mates = (frozenset(row for row, kin in known if name in kin) for name in ("twin", "mate"))
    return Kin(twins, mates)


def _thresholds(folders: Sequence[Path], runs: Sequence[Answers], labels: Sequence[str]) -> list[np.ndarray]:
    """Each run's thresholds, those in its bundle, for each of its clips: float32 [clips, labels]."""
    import numpy as np

    found = [read_manifest(folder / "bundle").answers.thresholds or {} for folder in folders]
    rows = [np.asarray([own.get(label, USUAL) for label in labels], np.float32) for own in found]
    return [np.tile(row, (len(run.lines), 1)) for row, run in zip(rows, runs, strict=True)]


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
    return of_cell(line.label) if multi_label else [line.label]


def _probabilities(run: Answers, labels: Sequence[str]) -> np.ndarray:
    """float32 [clips, labels]; a label that a run did not know is impossible to it."""
    import numpy as np

    table = np.zeros((len(run.lines), len(labels)), np.float32)
    columns = [labels.index(label) for label in run.labels]
    table[:, columns] = [line.probabilities for line in run.lines]
    return table
