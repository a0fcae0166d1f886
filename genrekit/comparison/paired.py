"""Two runs on the clips that both reported on: who was right where, and whether that can be chance.

Without groups the test is McNemar's, exact: of the clips that only one run got right, under chance half are either
run's, so the larger share follows a binomial distribution (McNemar, Psychometrika 1947; recommended for two classifiers
by Dietterich, Neural Computation 1998).

Clips of one group (a speaker, an artist), and several seeds' answers for one clip, are not independent. Then the same
idea is applied to whole groups: under chance it could as well have been the other run that gave a group's answers, so
the sign of each group's difference is drawn anew (Fisher's randomisation test; for groups of one clip, McNemar's).

The interval of the difference is a percentile bootstrap over clips, or over groups where there are any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from genrekit.randomness import generator

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 10_000
ALL_SIGNS = 14
"""With at most so many groups that differ, every combination of signs is counted instead of drawn."""


@dataclass(frozen=True)
class Paired:
    """``difference`` is the other run's accuracy minus the first's; ``p`` the chance of one as far from 0, if none is.

    ``both``, ``only_first``, ``only_other`` and ``neither`` count the clips that were answered right; they are None
    where runs gave several answers for a clip.
    """

    clips: int
    first: float
    other: float
    difference: float
    low: float | None
    high: float | None
    p: float
    test: Literal["McNemar", "groups"]
    units: int
    both: int | None = None
    only_first: int | None = None
    only_other: int | None = None
    neither: int | None = None


def compare(first: np.ndarray, other: np.ndarray, units: np.ndarray | None) -> Paired:
    """``first`` and ``other`` [clips]: the share of right answers, 0 or 1 where there is one answer for a clip.

    ``units`` int64 [clips] numbers the clips' groups from 0; None: clips are independent.
    """
    import numpy as np

    single = bool(np.isin([first, other], (0, 1)).all())
    by_clip = units is None
    codes = np.arange(len(first)) if units is None else units
    sums = np.bincount(codes, weights=other - first)
    sizes = np.bincount(codes).astype(float)
    low, high = _interval(sums, sizes)
    chance = mcnemar(first > 0.5, other > 0.5) if by_clip and single else sign_flips(sums)
    counts: dict[str, Any] = {}
    if single:
        right, others = first > 0.5, other > 0.5
        sides = {"both": right & others, "only_first": right & ~others, "only_other": ~right & others}
        counts = {name: int(side.sum()) for name, side in (sides | {"neither": ~right & ~others}).items()}
    return Paired(
        clips=len(first),
        first=float(first.mean()),
        other=float(other.mean()),
        difference=float((other - first).mean()),
        low=low,
        high=high,
        p=chance,
        test="McNemar" if by_clip and single else "groups",
        units=len(sizes),
        **counts,
    )


def mcnemar(first: np.ndarray, other: np.ndarray) -> float:
    """The two-sided exact p of McNemar's test; bool [clips] each, True where a run is right."""
    from scipy.stats import binomtest

    only_first, only_other = int((first & ~other).sum()), int((other & ~first).sum())
    if only_first + only_other == 0:
        return 1.0
    return float(binomtest(only_first, only_first + only_other, 0.5).pvalue)


def sign_flips(sums: np.ndarray) -> float:
    """The two-sided p of the sum of ``sums`` [groups], if each group's sign were drawn by lot."""
    import numpy as np

    sums = sums[np.abs(sums) > 1e-12]
    if not len(sums):
        return 1.0
    observed = abs(sums.sum()) - 1e-9
    if len(sums) <= ALL_SIGNS:
        signs = 1 - 2 * ((np.arange(2 ** len(sums))[:, None] >> np.arange(len(sums))) & 1)
        return float((np.abs(signs @ sums) >= observed).mean())
    rng = generator(0, "sign flips")
    beyond = sum(
        int((np.abs(rng.choice((-1, 1), (100, len(sums))) @ sums) >= observed).sum()) for _ in range(RESAMPLES // 100)
    )
    return (1 + beyond) / (1 + RESAMPLES)


def _interval(sums: np.ndarray, sizes: np.ndarray) -> tuple[float | None, float | None]:
    """The 95 % interval of sum / size, drawing units with replacement."""
    import numpy as np

    if len(sums) < 2:
        return None, None
    rng, drawn = generator(0, "paired bootstrap"), []
    for _ in range(RESAMPLES // 100):
        counts = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=100)
        drawn.append((counts @ sums) / (counts @ sizes))
    low, high = np.quantile(np.concatenate(drawn), [0.025, 0.975])
    return float(low), float(high)
