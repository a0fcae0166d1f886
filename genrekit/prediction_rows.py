"""Writes the lines of ``predictions.csv``: what was answered for each clip of the parts that were evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from genrekit.label_cells import in_cell
from genrekit.leakage import Kin
from genrekit.outcome import Outcome

if TYPE_CHECKING:
    import numpy as np

ABOUT = ("part", "path", "start_s", "duration_s", "group", "kin", "label", "predicted", "probability")


def prediction_rows(outcomes: Sequence[Outcome], kin: Kin | None = None) -> Iterable[list[Any]]:
    """The lines, the header first. Probabilities are as the bundle answers, calibrated.

    ``kin`` says what the training part has of a clip: its "twin", a "mate" of its group, both, or nothing. Labels of
    clips that may have several are one cell, see `genrekit.label_cells`; ``probability`` is that of the most probable.
    """
    labels, kin = outcomes[0].labels, kin or Kin(frozenset(), frozenset())
    yield [*ABOUT, *(f"p({label})" for label in labels)]
    for outcome in outcomes:
        given = outcome.given
        for index, path in enumerate(outcome.paths):
            probabilities = outcome.probabilities[index]
            yield [
                outcome.part,
                path,
                *_when(outcome, index),
                outcome.groups[index] or "",
                _known(int(outcome.rows[index]), kin),
                _cell(outcome, outcome.truth[index]),
                _cell(outcome, given[index]),
                f"{probabilities.max():.6f}",
                *(f"{value:.6f}" for value in probabilities),
            ]


def _known(row: int, kin: Kin) -> str:
    return " ".join(name for name, rows in (("twin", kin.twins), ("mate", kin.mates)) if row in rows)


def _cell(outcome: Outcome, mask: np.ndarray) -> str:
    """The labels whose ``mask`` bool [labels] is set, as one text."""
    labels = [label for label, has in zip(outcome.labels, mask, strict=True) if has]
    return in_cell(labels) if outcome.multi_label else "".join(labels)


def _when(outcome: Outcome, index: int) -> tuple[str, str]:
    """Where the clip begins in its file and how long it is, in seconds; "" where it is the rest of the file."""
    if not outcome.starts_s:
        return "", ""
    duration_s = outcome.durations_s[index]
    return f"{outcome.starts_s[index]:g}", "" if duration_s is None else f"{duration_s:g}"
