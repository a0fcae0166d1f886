"""A run against the first, on the clips that both report on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.chosen import chosen_by_any, in_words
from genrekit.comparison.answers import rows_of
from genrekit.comparison.exchange import Difference, differences
from genrekit.comparison.facts import Facts
from genrekit.comparison.paired import Paired, compare
from genrekit.errors import DataError
from genrekit.predictions_file import Answer, ClipKey

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Disagreement:
    """A clip that one run answers better than the other. A run of several seeds gives all its answers."""

    path: str
    start: str
    label: str
    first: str
    other: str


@dataclass(frozen=True)
class Pair:
    """A run against the first. ``paired`` is of who was right, ``figures`` of what is no mean over clips, and others.

    ``notes`` say what the comparison rests on where that is not all of both.
    """

    other: Facts
    paired: Paired
    figures: dict[str, Difference]
    disagreements: list[Disagreement]
    notes: list[str]


def pair(first: Facts, other: Facts) -> Pair:
    """Compare the two on the clips that both report on. Raises `DataError` where there are none."""
    import numpy as np

    shared = [key for key in first.clips if key in other.clips]
    same = [key for key in shared if first.clips[key][0].label == other.clips[key][0].label]
    if not same:
        raise DataError(
            f"{first.title} and {other.title} have no clip in common",
            why=f"{_told(first)}; {_told(other)}",
            hint="runs on the same data set with the same parts can be compared",
        )
    right = [np.asarray([_share_right(run.clips[key]) for key in same]) for run in (first, other)]
    units = _units(first, same)
    paired = compare(right[0], right[1], units)
    rows = rows_of((first, other), same, range(len(same)) if units is None else units.tolist())
    clips = [_disagreement(key, first, other) for key, a, b in zip(same, *right, strict=True) if a != b]
    # Who was right has been tested, exactly.
    figures = {name: found for name, found in differences(rows).items() if name != "accuracy"}
    return Pair(other, paired, figures, clips, list(_notes(first, other, len(shared), len(same))))


def _told(run: Facts) -> str:
    path = next(iter(run.clips), ("no clip", ""))[0]
    return f"{run.title} reports on {len(run.clips)} {run.part} clips such as {path}"


def _share_right(answers: Sequence[Answer]) -> float:
    return sum(answer.predicted == answer.label for answer in answers) / len(answers)


def _units(run: Facts, keys: Sequence[ClipKey]) -> np.ndarray | None:
    """The clips' groups; a clip without one is a group of its own. None where no clip has one."""
    import numpy as np

    groups = [run.clips[key][0].group for key in keys]
    if not any(groups):
        return None
    numbers: dict[object, int] = {}
    named = [key if group is None else group for key, group in zip(keys, groups, strict=True)]
    return np.asarray([numbers.setdefault(name, len(numbers)) for name in named], np.int64)


def _disagreement(key: ClipKey, first: Facts, other: Facts) -> Disagreement:
    said = [", ".join(answer.predicted or "nothing" for answer in run.clips[key]) for run in (first, other)]
    start = "" if key[1].startswith("#") or key[1] in {"0", "0.0"} else key[1]
    return Disagreement(key[0], start, first.clips[key][0].label, *said)


def _notes(first: Facts, other: Facts, shared: int, same: int) -> list[str]:
    notes = []
    if shared < max(len(first.clips), len(other.clips)):
        notes.append(
            f"compared on the {shared} clips that both report on, of {len(first.clips)} and {len(other.clips)}"
        )
    if same < shared:
        notes.append(f"{shared - same} clips are left out: the runs do not agree on their true label")
    if first.part != other.part:
        notes.append(f"one reports on {first.part} clips, the other on {other.part} clips")
    chose = chosen_by_any(run.chose for run in (first, other) if run.part == "validation")
    if chose:
        notes.append(f"validation clips chose {in_words(chose)} that is compared on them, so the figures flatter")
    return notes
