"""Whether a difference in any figure can be chance, and how large it may be.

The test is Fisher's randomisation test, as for who was right (see `genrekit.comparison.paired`): under chance a clip's,
or a whole group's, answers could as well have come from the other run, so they are exchanged by lot, and p is how often
the figures then lie as far apart. The interval is a percentile bootstrap over the same units. Both are weights on the
answers of both runs, so any figure of weighted answers will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.comparison.answers import Rows
from genrekit.comparison.figures import figures
from genrekit.randomness import generator

if TYPE_CHECKING:
    import numpy as np

DRAWS, FEWEST = 2000, 200
MOST = 400_000_000
"""So many answers times labels times draws are worth the wait; of more answers there are fewer draws."""
BLOCK = 1_000_000
"""How many weights are worked on at a time."""
ALL_SIGNS = 10
"""With at most so many units every exchange is counted instead of drawn."""


@dataclass(frozen=True)
class Difference:
    """``difference`` is the other run's figure minus the first's, None where either is not defined."""

    first: float | None
    other: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None


def differences(rows: Rows) -> dict[str, Difference]:
    """Each figure of both runs; of their difference the interval, and the chance of one as large if there is none."""
    import numpy as np

    draws = max(FEWEST, min(DRAWS, MOST // max(1, rows.truth.size)))
    whole = _sides(rows, np.ones((1, rows.units)), np.zeros((1, rows.units)))
    drawn = _collected(rows, _bootstrap(rows.units, draws))
    exchanged = _collected(rows, _exchanges(rows.units, draws))
    counted = rows.units <= ALL_SIGNS
    return {
        name: _difference(first[0], other[0], drawn[name], exchanged[name], counted)
        for name, (first, other) in whole.items()
    }


Units = tuple["np.ndarray", "np.ndarray"]
"""How often each unit's own answers count, and how often those of the other run in their place, [draws, units] each."""


def _sides(rows: Rows, own: np.ndarray, exchanged: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Figures of the first and of the other run, each [draws], with so much of each unit its own or exchanged."""
    import numpy as np

    stay, go = (counts[:, rows.unit] * rows.weight for counts in (own, exchanged))
    first, other = figures(rows, np.where(rows.other, go, stay)), figures(rows, np.where(rows.other, stay, go))
    return {name: (first[name], other[name]) for name in first}


def _collected(rows: Rows, drawn: Callable[[int], Iterator[Units]]) -> dict[str, np.ndarray]:
    """The differences in all draws, figure by figure."""
    import numpy as np

    blocks = [_sides(rows, *units) for units in drawn(max(1, BLOCK // len(rows.unit)))]
    return {name: np.concatenate([block[name][1] - block[name][0] for block in blocks]) for name in blocks[0]}


def _bootstrap(units: int, draws: int) -> Callable[[int], Iterator[Units]]:
    """Units drawn with replacement; nothing is exchanged."""
    import numpy as np

    def drawn(size: int) -> Iterator[Units]:
        rng = generator(0, "paired bootstrap of figures")
        for start in range(0, draws, size):
            counts = rng.multinomial(units, np.full(units, 1 / units), size=min(size, draws - start)).astype(float)
            yield counts, np.zeros_like(counts)

    return drawn


def _exchanges(units: int, draws: int) -> Callable[[int], Iterator[Units]]:
    """Units exchanged by lot, or in every way there is."""
    import numpy as np

    def drawn(size: int) -> Iterator[Units]:
        rng = generator(0, "exchanges")
        if units <= ALL_SIGNS:
            stay = ((np.arange(2**units)[:, None] >> np.arange(units)) & 1).astype(float)
            yield stay, 1 - stay
            return
        for start in range(0, draws, size):
            stay = rng.integers(0, 2, (min(size, draws - start), units)).astype(float)
            yield stay, 1 - stay

    return drawn


def _difference(first: float, other: float, drawn: np.ndarray, exchanged: np.ndarray, counted: bool) -> Difference:
    import numpy as np

    if not np.isfinite(other - first):
        return Difference(_number(first), _number(other), None, None, None, None)
    low, high = _interval(drawn)
    beyond = int((np.abs(exchanged[np.isfinite(exchanged)]) >= abs(other - first) - 1e-9).sum())
    total = int(np.isfinite(exchanged).sum())
    p = beyond / total if counted else (1 + beyond) / (1 + total)
    return Difference(float(first), float(other), float(other - first), low, high, p)


def _number(value: float) -> float | None:
    return float(value) if value == value else None


def _interval(drawn: np.ndarray) -> tuple[float | None, float | None]:
    """The 95 % interval, if there is more than one unit to draw."""
    import numpy as np

    finite = drawn[np.isfinite(drawn)]
    if len(finite) < 0.9 * len(drawn) or np.ptp(finite) < 1e-12:
        return None, None
    low, high = np.quantile(finite, [0.025, 0.975])
    return float(low), float(high)
