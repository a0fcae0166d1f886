"""Properties of the files that go with the label: what a model could learn instead of the sound.

A property and the label are cross-tabulated; Cramér's V (Cramér, "Mathematical Methods of Statistics", 1946, chapter
21; 0: unrelated, 1: one tells the other) says how strongly they go together, a chi-squared test whether that could be
chance. Both are SciPy's.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.auditing.examination import Facts

if TYPE_CHECKING:
    import numpy as np

CHANCE = 0.001
"""Associations that chance brings about more often than this are not reported."""

LEAST = 0.3
"""Weaker associations (Cramér's V) are not reported."""

KINDS = 6
"""A property of more different values than this is divided into quarters of the clips."""

ENDS_KHZ = (4.5, 9.0, 13.0, 17.5)
"""Between these lie the ends that telephones, sampling rates of 16 and 22.05 kHz, and MP3 of 128 kbit/s leave."""

HEARD = 0.95
"""What ends so near to the highest frequency that the features take in ends nowhere for a model."""

ALL_HEARD = "all that is heard"


@dataclass(frozen=True)
class Shortcut:
    """A property that goes with the label. ``guessed`` is the share of clips whose label is the commonest one among
    the clips of the same value, ``blind`` that of the commonest label of all; ``table`` counts value by label."""

    name: str
    strength: float
    chance: float
    guessed: float
    blind: float
    table: dict[str, dict[str, int]]


def shortcuts(facts: Sequence[Facts], labels: Sequence[str], heard_hz: float = math.inf) -> list[Shortcut]:
    """What goes with ``labels``, the strongest first. ``facts`` are of usable clips.

    Nothing above ``heard_hz`` reaches the model.
    """
    values: dict[str, Sequence[str | None]] = {
        "sample rate": [f"{one.sample_rate} Hz" for one in facts],
        "number of channels": [str(one.channels) for one in facts],
        "file format": [one.format for one in facts],
        "duration": in_quarters([round(one.duration_s, 1) for one in facts], "s"),
        "digital silence": ["over 1 %" if one.silent > 0.01 else "under 1 %" for one in facts],
        "clipping": ["over 0.1 %" if one.clipped > 0.001 else "under 0.1 %" for one in facts],
        "bandwidth": [bandwidth(one.highest_hz, heard_hz) if one.highest_hz else None for one in facts],
    }
    found = [shortcut(name, column, labels) for name, column in values.items()]
    return sorted((one for one in found if one), key=lambda one: (-one.strength, one.name))


def shortcut(name: str, values: Sequence[str | None], labels: Sequence[str]) -> Shortcut | None:
    """The association of two columns; None if it is weak, may be chance, or half of the values are not known.

    Clips without a value are left out: that there is none would tell of their length or loudness.
    """
    from scipy import stats

    known = [(value, label) for value, label in zip(values, labels, strict=True) if value is not None]
    counts = Counter(known)
    kinds, classes = sorted({value for value, _ in known}), sorted({label for _, label in known})
    if 2 * len(known) <= len(values) or len(kinds) < 2 or len(classes) < 2:
        return None
    table = _table(counts, kinds, classes)
    strength = float(stats.contingency.association(table, method="cramer"))
    chance = float(stats.chi2_contingency(table).pvalue)
    if strength < LEAST or chance > CHANCE:
        return None
    told = {kind: {label: counts[kind, label] for label in classes if counts[kind, label]} for kind in kinds}
    guessed, blind = table.max(axis=1).sum() / len(known), table.sum(axis=0).max() / len(known)
    return Shortcut(name, strength, chance, float(guessed), float(blind), told)


def _table(counts: Counter[tuple[str, str]], rows: Sequence[Hashable], columns: Sequence[Hashable]) -> np.ndarray:
    import numpy as np

    return np.array([[counts[row, column] for column in columns] for row in rows])  # type: ignore[index]


def bandwidth(highest_hz: float, heard_hz: float = math.inf) -> str:
    """Where frequencies end, roughly: ``"to 9 kHz"``, or `ALL_HEARD` where no end is heard."""
    if highest_hz > HEARD * heard_hz:
        return ALL_HEARD
    return next((f"to {end:g} kHz" for end in ENDS_KHZ if highest_hz <= 1000 * end), f"above {ENDS_KHZ[-1]:g} kHz")


def in_quarters(values: Sequence[float], unit: str) -> list[str]:
    """``"5 s"`` for each value where there are few, else the quarter it is in: ``"0.2 to 0.4 s"``."""
    import numpy as np

    if len(set(values)) <= KINDS:
        return [f"{value:g} {unit}" for value in values]
    numbers = np.array(values)
    edges = np.unique(np.quantile(numbers, [0, 0.25, 0.5, 0.75, 1]))
    inner = edges[1:-1]
    names = [f"{low:g} to {high:g} {unit}" for low, high in itertools.pairwise(edges)]
    return [names[number] for number in np.searchsorted(inner, numbers, side="right")]
