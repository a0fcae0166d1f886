"""Line charts as numbers that a template draws: inline SVG that takes its colours from the page's theme.

Sizes are in the units of an SVG 400 wide and 250 high, about a phone's width, so that letters keep their size there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 400, 250
LEFT, RIGHT, TOP, BOTTOM = 50, 378, 22, 212
MARKED = 30
"""Lines of at most so many points show each as a dot."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """One line. ``color`` is "a", "b", "c" or "soft", of the page's palette; ``weights`` 0..1 size the dots.

    ``notes`` are read out after the points' values.
    """

    name: str
    points: Sequence[Point]
    color: str = "a"
    weights: Sequence[float] | None = None
    notes: Sequence[str] = ()

    @property
    def finite(self) -> list[Point]:
        return [(x, y) for x, y in self.points if math.isfinite(x) and math.isfinite(y)]


@dataclass(frozen=True)
class Line:
    """A series in the SVG's units."""

    name: str
    color: str
    path: str
    dots: list[tuple[float, float, float]]


@dataclass(frozen=True)
class Chart:
    """What the macro ``chart`` draws. ``readings`` are the values under each x, for the pointer and the keyboard."""

    title: str
    summary: str
    x_label: str
    lines: list[Line]
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    readings: list[dict[str, Any]]
    mark: tuple[float, str] | None = None
    diagonal: str | None = None
    legend: list[tuple[str, str]] = field(default_factory=list)


def line_chart(
    title: str,
    series: Iterable[Series],
    *,
    x_label: str,
    x_range: Point | None = None,
    y_range: Point | None = None,
    log: bool = False,
    percent: bool = False,
    whole_x: bool = True,
    mark: tuple[float, str] | None = None,
    diagonal: bool = False,
) -> Chart | None:
    """A chart of the series that have finite points; None where none has. ``log``: the y axis, for positive values."""
    kept = [one for one in series if one.finite]
    if not kept:
        return None
    xs, ys = ([point[axis] for one in kept for point in one.finite] for axis in (0, 1))
    log = log and 0 < min(ys) < max(ys)
    x_low, x_high = x_range or (min(xs), max(xs))
    x_axis = _axis(x_low, x_high, LEFT, RIGHT)
    y_low, y_high = y_range or _roomy(min(ys), max(ys), log)
    y_axis = _axis(y_low, y_high, BOTTOM, TOP, log)
    return Chart(
        title=title,
        summary=_summary(kept, percent),
        x_label=x_label,
        lines=[_line(one, x_axis, y_axis) for one in kept],
        x_ticks=[(x_axis(x), _text(x, not whole_x and percent)) for x in ticks(x_low, x_high, whole=whole_x)],
        y_ticks=[(y_axis(y), _text(y, percent)) for y in _y_ticks(y_low, y_high, log, sorted({min(ys), max(ys)}))],
        readings=_readings(kept, x_axis, percent, not whole_x and percent),
        mark=(round(x_axis(mark[0]), 1), mark[1]) if mark else None,
        diagonal=f"M{LEFT} {BOTTOM}L{RIGHT} {TOP}" if diagonal else None,
        legend=[(one.name, one.color) for one in kept],
    )


def ticks(low: float, high: float, *, whole: bool = False, most: int = 5) -> list[float]:
    """Round numbers from ``low`` to ``high``."""
    from matplotlib.ticker import MaxNLocator

    if low == high:
        return [low]
    found = MaxNLocator(most, integer=whole, min_n_ticks=2).tick_values(low, high)
    slack = 1e-9 * (high - low)
    return [float(tick) for tick in found if low - slack <= tick <= high + slack]


def _y_ticks(low: float, high: float, log: bool, ends: list[float]) -> list[float]:
    """On a logarithmic axis the ends of what there is: decades seldom lie between."""
    return ends if log else ticks(low, high)


def _axis(low: float, high: float, start: float, end: float, log: bool = False) -> Callable[[float], float]:
    a, b = (math.log(low), math.log(high)) if log else (low, high)

    def place(value: float) -> float:
        given = math.log(value) if log else value
        share = (given - a) / (b - a) if b > a else 0.5
        return round(start + share * (end - start), 1)

    return place


def _roomy(low: float, high: float, log: bool) -> Point:
    """From zero, with a little room above; a logarithmic axis has room on both sides."""
    if log:
        return low * (low / high) ** 0.06, high * (high / low) ** 0.06
    room = 0.06 * (high - min(low, 0.0)) or 1.0
    return min(low, 0.0), high + room


def _line(one: Series, x_axis: Callable[[float], float], y_axis: Callable[[float], float]) -> Line:
    places = [(x_axis(x), y_axis(y)) for x, y in one.finite]
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in places)
    weights = one.weights or ([0.25] * len(places) if len(places) <= MARKED else [])
    dots = [(x, y, round(2 + 5 * math.sqrt(weight), 1)) for (x, y), weight in zip(places, weights, strict=False)]
    return Line(one.name, one.color, path, dots)


def _readings(
    series: list[Series], x_axis: Callable[[float], float], percent: bool, x_percent: bool
) -> list[dict[str, Any]]:
    at: dict[float, list[str]] = {}
    for one in series:
        for (x, y), note in zip(one.points, one.notes or [""] * len(one.points), strict=True):
            if math.isfinite(x) and math.isfinite(y):
                at.setdefault(x, []).append(f"{one.name} {_text(y, percent, fine=True)}{note}")
    return [{"x": x_axis(x), "at": _text(x, x_percent), "says": ", ".join(says)} for x, says in sorted(at.items())]


def _summary(series: list[Series], percent: bool) -> str:
    """The chart in a sentence, for those who do not see it."""
    ends = [(one.name, one.finite[0][1], one.finite[-1][1]) for one in series]
    return "; ".join(
        f"{name} from {_text(first, percent, fine=True)} to {_text(last, percent, fine=True)}"
        for name, first, last in ends
    )


def _text(value: float, percent: bool, *, fine: bool = False) -> str:
    if percent:
        return f"{100 * value:.1f} %" if fine else f"{100 * value:.3g} %"
    if 0 < abs(value) < 0.001:
        digits, _, exponent = f"{value:.1e}".partition("e")
        return f"{float(digits):g}e{int(exponent)}"
    return f"{value:.4g}" if fine else f"{value:.3g}"
