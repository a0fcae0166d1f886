"""Whether confidence can be trusted (the reliability plot), and what not answering the unsure clips would bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from genrekit.report.charts import Chart, Series, line_chart
from genrekit.report.page import count, figure, percent
from genrekit.report.summary import is_figure

UNIT = (0.0, 1.0)


@dataclass(frozen=True)
class Confidence:
    """``says`` are sentences; ``answers`` the rows (threshold, share answered, share right)."""

    charts: list[Chart]
    says: list[str]
    answers: list[list[str]]


def confidence(figures: Mapping[str, Any]) -> Confidence | None:
    """From a part's "calibration", "risk_coverage" and "abstention"; None where it has none of them."""
    calibration, answers = figures.get("calibration") or {}, figures.get("risk_coverage") or []
    charts = [_reliability(calibration), _coverage(answers, figures.get("accuracy"))]
    kept = [chart for chart in charts if chart]
    says = [*_calibration_says(calibration), *_abstention_says(figures.get("abstention") or {})]
    return Confidence(kept, says, _rows(answers)) if kept or says else None


def _reliability(calibration: Mapping[str, Any]) -> Chart | None:
    """Confidence against how often it is right; dots grow with the number of answers."""
    changed = calibration.get("temperature", 1.0) != 1.0
    names = {"before": "as trained", "after": "with the temperature"} if changed else {"after": "answers"}
    colors = {"before": "soft", "after": "a"}
    lines = [_bins(calibration.get(when) or {}, name, colors[when]) for when, name in names.items()]
    title, axis = "Right, by confidence", "confidence (dashed: as it should be)"
    return line_chart(
        title, lines, x_label=axis, x_range=UNIT, y_range=UNIT, percent=True, whole_x=False, diagonal=True
    )


def _bins(side: Mapping[str, Any], name: str, color: str) -> Series:
    full = [one for one in side.get("bins") or [] if one.get("answers") and is_figure(one.get("confidence"))]
    most = max((one["answers"] for one in full), default=1)
    points = [(one["confidence"], one["right"]) for one in full]
    notes = [f" right of {count(one['answers'], 'answer')}" for one in full]
    return Series(name, points, color, [one["answers"] / most for one in full], notes)


def _coverage(answers: Sequence[Mapping[str, float]], accuracy: float | None) -> Chart | None:
    points = [(one["coverage"], one["accuracy"]) for one in answers]
    lowest = min((y for _, y in points), default=0.0)
    floor = 0.0 if lowest < 0.5 else 0.5
    title, axis = "Right, if only the surest are answered", "share of clips answered"
    series = [Series("right", points, "b")]
    return line_chart(title, series, x_label=axis, x_range=UNIT, y_range=(floor, 1.0), percent=True, whole_x=False)


def _calibration_says(calibration: Mapping[str, Any]) -> list[str]:
    before, after = (_error(calibration, when) for when in ("before", "after"))
    if after is None:
        return []
    told = f"Confidence misses the share of right answers by {percent(after, 1)} on average (calibration error)"
    temperature, clips = calibration.get("temperature"), calibration.get("fitted_on_clips")
    if before is None or temperature in (None, 1.0):
        reason = calibration.get("reason")
        return [f"{told}. No temperature was applied: {reason}." if reason else f"{told}."]
    fitted = f", fitted on {count(clips, 'validation clip')}," if clips else ""
    return [
        f"{told}; as trained it was {percent(before, 1)}.",
        f"A temperature of {figure(temperature, 2)}{fitted} is built into the bundle's model.",
    ]


def _error(calibration: Mapping[str, Any], when: str) -> float | None:
    value = (calibration.get(when) or {}).get("expected_calibration_error")
    return float(value) if value is not None and is_figure(value) else None


def _abstention_says(chosen: Mapping[str, Any]) -> list[str]:
    """What the threshold in the bundle means, where the recipe chose one."""
    if not is_figure(chosen.get("abstain_below")):
        return []
    answered = f"{percent(chosen.get('coverage'), 1)} of these clips are answered"
    return [
        f"The bundle does not answer below a probability of {figure(chosen['abstain_below'])}: {answered}, "
        f"{percent(chosen.get('accuracy'), 1)} of them right."
    ]


def _rows(answers: Sequence[Mapping[str, float]]) -> list[list[str]]:
    return [
        [percent(one["coverage"]), percent(one["accuracy"], 1), figure(one.get("probability"))]
        for one in reversed(answers)
    ]
