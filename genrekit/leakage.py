"""The leak meter: the reported figures with and without the clips that training has, in a way, heard already.

A clip has a twin in training if the same sound is there, and a group mate if a clip of its group (artist, speaker,
site …) is. Twins with the same bytes are always known; others only where ``genrekit data audit`` has compared the
clips, in the same store.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.auditing.twin_memory import Identity, TwinMemory, identity
from genrekit.clips import Clips
from genrekit.component import Evaluator
from genrekit.evaluation import figures, plain_numbers
from genrekit.preparation import Preparation

if TYPE_CHECKING:
    from genrekit.outcome import Outcome

SHOWN = ("macro_f1", "mean_average_precision", "accuracy")
"""The first of these that there is, is told in the terminal."""


@dataclass(frozen=True)
class Kin:
    """Rows of the clip table that resemble rows of the training part. ``compared`` says whether an audit looked."""

    twins: frozenset[int]
    mates: frozenset[int]
    compared: bool = False


def find_kin(clips: Clips, preparation: Preparation, store: Path) -> Kin:
    """Which usable rows have a twin or a group mate among the usable training clips."""
    parts, groups = clips.column("part"), clips.column("group")
    names = identities(clips, preparation)
    trained = {row for row in names if parts[row] == "train"}
    heard = {names[row] for row in trained}
    families, compared = TwinMemory(store).recall(names)
    similar = {row for family in families if trained.intersection(family) for row in family}
    theirs = {groups[row] for row in trained} - {None}
    return Kin(
        frozenset(row for row, name in names.items() if row not in trained and (name in heard or row in similar)),
        frozenset(row for row in names if row not in trained and groups[row] in theirs),
        compared,
    )


def identities(clips: Clips, preparation: Preparation) -> dict[int, Identity]:
    """What sound each usable row is."""
    starts, durations = clips.column("start_s"), clips.column("duration_s")
    return {
        row: identity(result.content or result.path, starts[row], durations[row])
        for row, result in preparation.usable.items()
    }


def measure(outcome: Outcome, kin: Kin, evaluators: Iterable[Evaluator]) -> dict[str, Any]:
    """``metrics.json``'s ``leakage``: how many clips have kin in training; figures of all, and of those without."""
    import numpy as np

    evaluators = list(evaluators)
    twin = np.isin(outcome.rows, sorted(kin.twins))
    mate = np.isin(outcome.rows, sorted(kin.mates))
    found: dict[str, Any] = {
        "part": outcome.part,
        "clips": len(outcome),
        "with_twin": int(twin.sum()),
        "with_group_mate": int(mate.sum()),
        "near_duplicates_known": kin.compared,
        "all": _side(outcome, evaluators),
        "clean": _side(outcome.take(np.flatnonzero(~(twin | mate))), evaluators),
    }
    if not kin.compared:
        found["note"] = "Of twins only copies byte for byte are known; genrekit data audit finds the others."
    return found


def _side(outcome: Outcome, evaluators: Iterable[Evaluator]) -> dict[str, float]:
    if not len(outcome):
        return {"clips": 0}
    numbers = plain_numbers(figures(evaluators, outcome))
    return {"clips": len(outcome)} | {name: value for name, value in numbers.items() if math.isfinite(value)}


def told(leakage: Mapping[str, Any]) -> str | None:
    """The meter in a line; None where no clip has kin in training."""
    everything, clean = leakage["all"], leakage["clean"]
    kin, part = everything["clips"] - clean["clips"], leakage["part"]
    if not kin:
        return None
    who = f"{kin} of {leakage['clips']} {part} clips have a twin ({leakage['with_twin']}) or a group mate "
    who += f"({leakage['with_group_mate']}) in training"
    figure = next((name for name in SHOWN if name in everything), None)
    if figure is None:
        return f"warning: {who}"
    name = figure.replace("_", " ").replace("f1", "F1")
    if figure not in clean:
        return f"warning: {who}: none is left that would say what the model does with new recordings"
    return (
        f"warning: {who}: {name} is {everything[figure]:.3f} on all, {clean[figure]:.3f} on the {clean['clips']} others"
    )
