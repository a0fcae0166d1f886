"""The figures that people look for first, in one line, with their intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

HEADLINES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "mean_average_precision": "mean average precision",
    "micro_f1": "micro F1",
    "macro_f1": "macro F1",
    "expected_calibration_error": "calibration error",
}
"""Figure -> its title, where an evaluator gives it."""


def headline(figures: Mapping[str, Any]) -> str:
    """``accuracy 0.75 (0.58–0.89), macro F1 0.72 (0.55–0.84)``: one part's headline figures."""
    first = {name: title for name, title in HEADLINES.items() if name in figures}
    if "accuracy" in first:
        first.pop("mean_average_precision", None)
    return ", ".join(f"{title} {with_interval(figures, name)}" for name, title in first.items())


def with_interval(figures: Mapping[str, Any], name: str) -> str:
    """``0.72 (0.55–0.84)``: a figure and its interval, if it has one, in digits that the interval bears."""
    value, bounds = figures[name], figures.get("intervals", {}).get(name)
    if value is None:
        return "undefined"
    if not bounds:
        return f"{value:.4f}"
    digits = 2 if bounds["high"] - bounds["low"] > 0.02 else 3
    return f"{value:.{digits}f} ({bounds['low']:.{digits}f}–{bounds['high']:.{digits}f})"


def drawn(figures: Mapping[str, Any]) -> str | None:
    """What the intervals of a part mean; None if it has none."""
    bootstrap = figures.get("bootstrap")
    if not bootstrap or not figures.get("intervals"):
        return None
    what = f"{bootstrap['resamples']} draws of {bootstrap['units']} {bootstrap['resampled']}"
    return f"{bootstrap['level']:.0%} intervals, {what}"


def account(figures: Mapping[str, Any], part: str) -> Iterator[str]:
    """What the reported part's figures rest on: intervals, temperature, abstention."""
    if about := drawn(figures):
        yield f"in brackets: {about}"
    calibration = figures.get("calibration", {})
    if calibration.get("temperature", 1) != 1:
        errors = [calibration[when]["expected_calibration_error"] for when in ("before", "after")]
        yield f"temperature {calibration['temperature']:g}: {part} calibration error {errors[0]:.1%} -> {errors[1]:.1%}"
    if abstained := figures.get("abstention"):
        right = "" if abstained["accuracy"] is None else f", {abstained['accuracy']:.1%} of them right"
        coverage = f"{abstained['coverage']:.1%} of the {part} clips are answered{right}"
        yield f"below a probability of {abstained['abstain_below']:.1%} it abstains: {coverage}"
