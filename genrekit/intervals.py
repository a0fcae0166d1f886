"""95 % intervals of a part's figures by the bootstrap: how another draw of such clips might have come out.

Percentile intervals after Efron, "Bootstrap methods: another look at the jackknife" (Annals of Statistics, 1979). Where
clips have groups (speakers, artists, sites), whole groups are drawn: clips of one group are alike, and drawing them one
by one would give intervals that are too narrow (Davison & Hinkley, "Bootstrap Methods and their Application", 1997).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from genrekit.errors import one_line
from genrekit.randomness import generator

if TYPE_CHECKING:
    import numpy as np

    from genrekit.component import Evaluator
    from genrekit.outcome import Outcome

LEVEL = 0.95
RESAMPLES = 1000
FEWEST = 5
"""With fewer groups, or clips, than this, an interval is given, and said to be too narrow."""
BLOCK = 1_000_000
"""How many of a table's cells [resamples, clips] are worked on at a time."""
MOST = 400_000_000
"""So many cells times labels are worth an evening's figures; for more clips there are fewer resamples."""
DEFINED = 0.9
"""A figure must exist in this share of the resamples to get an interval."""


@dataclass(frozen=True)
class Units:
    """What is drawn. ``codes`` int64 [clips] numbers each clip's unit from 0."""

    name: Literal["clips", "groups"]
    count: int
    codes: np.ndarray

    @classmethod
    def of(cls, groups: Sequence[str | None]) -> Units:
        """Groups where any clip has one; a clip without is a group of its own."""
        import numpy as np

        if all(group is None for group in groups):
            return cls("clips", len(groups), np.arange(len(groups)))
        keys = [("clip", index) if group is None else ("group", group) for index, group in enumerate(groups)]
        numbers: dict[object, int] = {}
        codes = np.asarray([numbers.setdefault(key, len(numbers)) for key in keys])
        return cls("groups", len(numbers), codes)

    @property
    def note(self) -> str | None:
        """Why the intervals must not be trusted, where there are too few units."""
        if self.count == 1:
            return f"no intervals: one {self.name[:-1]} does not tell how another would do"
        if self.count < FEWEST:
            return f"only {self.count} {self.name}: these intervals are too narrow"
        return None

    def draws(self, rng: np.random.Generator, resamples: int) -> np.ndarray:
        """How often each clip is there when units are drawn with replacement, int64 [resamples, clips]."""
        drawn: np.ndarray = rng.multinomial(self.count, [1 / self.count] * self.count, size=resamples)
        return drawn[:, self.codes]


def intervals(
    evaluators: Iterable[Evaluator], outcome: Outcome, seed: int, resamples: int | None = None
) -> dict[str, Any]:
    """``{"intervals": {figure: {"low", "high"}}, "bootstrap": …}``; the second tells what was drawn, how often.

    ``resamples`` None: `RESAMPLES`, or fewer where there are very many clips.
    """
    units = Units.of(outcome.groups)
    count = resamples or affordable(len(outcome), len(outcome.labels))
    found: dict[str, dict[str, float]] = {}
    notes, same = [units.note] if units.note else [], list[str]()
    for evaluator in evaluators if units.count > 1 else ():
        try:
            figures = _resampled(evaluator, outcome, units, seed, count)
        except Exception as error:  # a third-party evaluator may not expect clips without some class
            notes.append(f"none for {evaluator.use}: {one_line(error)}")
            continue
        found |= {name: bounds for name, values in figures.items() if (bounds := _percentiles(values))}
        same += [name for name, values in figures.items() if _same(values)]
    notes += [_certain(same, units)] if same else []
    about = {"level": LEVEL, "method": "percentile", "resampled": units.name, "units": units.count}
    note = "; ".join(notes) or None
    return {"intervals": found, "bootstrap": about | {"resamples": count, "seed": seed, "note": note}}


def affordable(clips: int, labels: int) -> int:
    """How many resamples of so many clips are worth their time: 200 to `RESAMPLES`."""
    return max(200, min(RESAMPLES, MOST // max(1, clips * labels)))


def _resampled(
    evaluator: Evaluator, outcome: Outcome, units: Units, seed: int, resamples: int
) -> dict[str, np.ndarray]:
    """Each figure's values [resamples]; all evaluators see the same draws."""
    import numpy as np

    rng, size = generator(seed, "bootstrap", outcome.part), max(1, BLOCK // len(outcome))
    blocks = []
    for start in range(0, resamples, size):
        counts = units.draws(rng, min(size, resamples - start))
        with warnings.catch_warnings():
            # Figures of clips that lack a class are warned about a thousand times.
            warnings.simplefilter("ignore")
            blocks.append(evaluator.resample(outcome, counts))
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _percentiles(values: np.ndarray) -> dict[str, float] | None:
    import numpy as np

    if np.isfinite(values).mean() < DEFINED or _same(values):
        return None
    low, high = np.nanquantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"low": float(low), "high": float(high)}


def _same(values: np.ndarray) -> bool:
    """Whether every draw gives one figure, as when all answers are right: the bootstrap knows no doubt then."""
    import numpy as np

    return bool(np.ptp(values) < 1e-12) if np.isfinite(values).all() else False


def _certain(names: Sequence[str], units: Units) -> str:
    """What can be said instead: if each unit is as well off with a chance p, so are all of them with p^count."""
    chance = 1 - (1 - LEVEL) ** (1 / units.count)
    which = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    doubt = f"{units.count} {units.name} do not rule out that {chance:.0%} of others go another way"
    return f"no interval for {which}, the same in every draw: {doubt}"


def by_metrics(evaluator: Evaluator, outcome: Outcome, counts: np.ndarray) -> dict[str, np.ndarray]:
    """Each figure's values [resamples], from ``evaluator.metrics`` of one resample after another.

    Counts (integers) and what rests on the loss, which is not known clip by clip, are left out.
    """
    import numpy as np

    clips, lines = np.arange(len(outcome)), []
    for row in counts:
        metrics = evaluator.metrics(outcome.take(np.repeat(clips, row)))
        lines.append({name: value for name, value in metrics.items() if isinstance(value, float)})
    names = dict.fromkeys(name for line in lines for name in line)
    return {name: np.asarray([line.get(name, np.nan) for line in lines]) for name in names}
