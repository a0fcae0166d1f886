"""The answers of two runs for the clips that they share, as arrays: one row for each answer, the first run's first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.comparison.facts import Facts
from genrekit.label_cells import of_cell
from genrekit.predictions_file import Answer, ClipKey

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Rows:
    """``truth`` and ``given`` bool [rows, labels], ``shares`` float64 [rows, labels] are probabilities.

    ``weight`` float64 [rows] is 1 for a clip's one answer, 1/k where a run gave k (with k seeds). ``unit`` int64 [rows]
    numbers what is drawn, or exchanged, as a whole: clips, or their groups. ``other`` bool [rows]: not the first run's.
    ``several``: clips may have several labels.
    """

    truth: np.ndarray
    given: np.ndarray
    shares: np.ndarray
    weight: np.ndarray
    unit: np.ndarray
    other: np.ndarray
    several: bool

    @property
    def units(self) -> int:
        """How many units there are."""
        return int(self.unit.max()) + 1


def rows_of(runs: Sequence[Facts], keys: Sequence[ClipKey], units: Sequence[int]) -> Rows:
    """The rows of two runs for clips ``keys``, whose units are ``units``."""
    import numpy as np

    found = [(run, key, unit, side) for side, run in enumerate(runs) for key, unit in zip(keys, units, strict=True)]
    told = [
        (run, answer, unit, side, 1 / len(run.clips[key]))
        for run, key, unit, side in found
        for answer in run.clips[key]
    ]
    labels = {label: number for number, label in enumerate(sorted({label for run in runs for label in run.labels}))}
    several = any(run.several for run in runs)
    return Rows(
        truth=np.asarray([_mask(answer.label, labels, several) for _, answer, *_ in told]),
        given=np.asarray([_mask(answer.predicted, labels, several) for _, answer, *_ in told]),
        shares=np.asarray([_shares(run, answer, labels) for run, answer, *_ in told]),
        weight=np.asarray([weight for *_, weight in told]),
        unit=np.asarray([unit for _, _, unit, *_ in told], np.int64),
        other=np.asarray([side for *_, side, _ in told]) == 1,
        several=several,
    )


def _mask(cell: str, labels: Mapping[str, int], several: bool) -> list[bool]:
    named = set(of_cell(cell)) if several else {cell}
    return [label in named for label in labels]


def _shares(run: Facts, answer: Answer, labels: Mapping[str, int]) -> list[float]:
    """A label that a run did not know is impossible to it."""
    own = dict(zip(run.labels, answer.probabilities, strict=True))
    return [own.get(label, 0.0) for label in labels]
