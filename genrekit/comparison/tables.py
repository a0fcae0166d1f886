"""A comparison as tables, for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from genrekit.comparison.comparison import Comparison
from genrekit.comparison.exchange import Difference
from genrekit.comparison.facts import Facts
from genrekit.comparison.pairs import Pair
from genrekit.headline import HEADLINES

Table = tuple[list[str], list[list[str]]]


def titles(comparison: Comparison) -> list[str]:
    """Each run's title: what was typed; the folder's name too where two runs were typed alike."""
    typed = [run.title for run in comparison.runs]
    return [title if typed.count(title) == 1 else f"{title} ({number})" for number, title in enumerate(typed, start=1)]


def recipe_table(comparison: Comparison) -> Table:
    """What differs, a row for each option."""
    rows = [[path, *map(_value, values)] for path, values in comparison.recipe.items()]
    return ["option", *titles(comparison)], rows


def _value(value: Any) -> str:
    if value is None:
        return "-"
    return str(value).lower() if isinstance(value, bool) else str(value)


def figure_table(comparison: Comparison) -> Table:
    """Headline figures with their intervals, and of series of runs how far folds and seeds lie from each other."""
    names = [name for name in HEADLINES if any(name in run.figures for run in comparison.runs)]
    names = names or list(dict.fromkeys(name for run in comparison.runs for name in run.figures))
    rows = [["part", *(f"{run.part}, {len(run.clips)} clips" for run in comparison.runs)]]
    for name in names:
        rows.append([HEADLINES.get(name, name.replace("_", " ")), *(_figure(run, name) for run in comparison.runs)])
        rows += _spread_rows(comparison.runs, name)
    return ["figure", *titles(comparison)], rows


def _figure(run: Facts, name: str) -> str:
    if name not in run.figures:
        return "-"
    bounds = run.intervals.get(name)
    value = f"{run.figures[name]:.4f}"
    return f"{value} ({bounds['low']:.4f} to {bounds['high']:.4f})" if bounds else value


def _spread_rows(runs: Sequence[Facts], name: str) -> list[list[str]]:
    rows = []
    for key, title in (
        ("mean", "mean of runs"),
        ("std_over_folds", "std over folds"),
        ("std_over_seeds", "std over seeds"),
    ):
        values = [((run.summary or {}).get("figures", {}).get(name) or {}).get(key) for run in runs]
        if any(value is not None for value in values):
            rows.append([f"  {title}", *("-" if value is None else f"{value:.4f}" for value in values)])
    return rows


def sentences(first: Facts, pair: Pair) -> list[str]:
    """What the paired test says."""
    paired = pair.paired
    lines = [
        f"right on the {paired.clips} clips of both: {paired.first:.1%} and {paired.other:.1%}, "
        f"a difference of {100 * paired.difference:+.1f} points{_between(pair)}"
    ]
    if paired.both is not None:
        lines.append(
            f"both right {paired.both}, only {first.title} {paired.only_first}, "
            f"only {pair.other.title} {paired.only_other}, both wrong {paired.neither}"
        )
    how = (
        "McNemar's exact test"
        if paired.test == "McNemar"
        else f"answers of {paired.units} whole groups exchanged at random"
    )
    verdict = "chance alone rarely gives this" if paired.p < 0.05 else "chance alone may well give this"
    return [*lines, f"p = {_p(paired.p)} ({how}): {verdict}"]


def _between(pair: Pair) -> str:
    low, high = pair.paired.low, pair.paired.high
    if low is None or high is None:
        return ""
    what = "clips" if pair.paired.test == "McNemar" else "groups"
    return f" (95 % interval {100 * low:+.1f} to {100 * high:+.1f}, {pair.paired.units} {what} drawn again)"


def _p(value: float) -> str:
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"


def difference_table(first: str, pair: Pair) -> Table:
    """The figures of both on the clips that they share, and what the paired test says of each."""
    rows = [
        [HEADLINES.get(name, name.replace("_", " ")), _plain(one.first), _plain(one.other), *_tested(one)]
        for name, one in pair.figures.items()
    ]
    return ["figure", first, pair.other.title, "difference", "95 % interval", "p"], rows


def _tested(one: Difference) -> list[str]:
    if one.difference is None or one.p is None:
        return ["-", "-", "-"]
    between = "-" if one.low is None or one.high is None else f"{one.low:+.4f} to {one.high:+.4f}"
    return [f"{one.difference:+.4f}", between, _p(one.p)]


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def clip_table(first: str, pair: Pair, most: int | None = None) -> Table:
    """The clips that one run answers better than the other."""
    rows = [
        [f"{clip.path} from {clip.start} s" if clip.start else clip.path, clip.label, clip.first, clip.other]
        for clip in pair.disagreements[:most]
    ]
    return ["clip", "is", first, pair.other.title], rows
