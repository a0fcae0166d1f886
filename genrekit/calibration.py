"""The temperature: one number that logits are divided by, so that probabilities keep their word.

After Guo, Pleiss, Sun & Weinberger, "On calibration of modern neural networks" (ICML 2017), but for clips: it is the
mean over a clip's windows whose log loss is lowered, since that is what people are answered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from genrekit.evaluation import mean_by_row, probabilities_of
from genrekit.reliability import confidence_of, expected_calibration_error, reliability

if TYPE_CHECKING:
    from genrekit.outcome import Outcome

LOWEST, HIGHEST = 0.25, 10.0
"""Bounds of the temperature. A network off by more is not one that a single number mends."""


@dataclass(frozen=True)
class Temperature:
    """``reason`` says why it is 1, where it was not fitted; ``clips`` is how many it was fitted on."""

    value: float = 1.0
    clips: int = 0
    reason: str | None = None


def fit_temperature(outcome: Outcome) -> Temperature:
    """The temperature that lowers the log loss of an outcome's clips most."""
    from scipy.optimize import minimize_scalar

    if outcome.logits is None:
        return Temperature(reason="there are no logits")
    mistakes = bool((outcome.given != outcome.truth).any())
    # With no mistake to learn from, the log loss falls for ever as answers get surer.
    bounds = (math.log(LOWEST) if mistakes else 0.0, math.log(HIGHEST))
    found = minimize_scalar(
        lambda log_temperature: log_loss(at_temperature(outcome, math.exp(log_temperature))),
        bounds=bounds,
        method="bounded",
        options={"xatol": 1e-3},
    )
    value, clips = round(math.exp(found.x), 4), len(outcome)
    if not log_loss(at_temperature(outcome, value)) < log_loss(at_temperature(outcome, 1.0)):
        why = "none lowers the log loss of" if mistakes else "no mistake to be less sure of in"
        return Temperature(1.0, clips, f"{why} the {clips} {outcome.part} clips")
    return Temperature(value, clips)


def at_temperature(outcome: Outcome, temperature: float) -> Outcome:
    """The outcome with its logits divided by ``temperature``; ``loss`` stays that of the logits as they came."""
    if outcome.logits is None or outcome.example_rows is None:
        return outcome
    windows = probabilities_of(outcome.logits, outcome.multi_label, temperature)
    return replace(outcome, probabilities=mean_by_row(outcome.example_rows, windows))


def log_loss(outcome: Outcome) -> float:
    """The mean over clips of -log(probability of the truth); if ``multi_label``, over clips and labels."""
    import numpy as np

    tiny = np.finfo(np.float32).eps
    shares = np.clip(outcome.probabilities.astype(np.float64), tiny, 1 - tiny)
    if outcome.multi_label:
        return float(-np.where(outcome.truth, np.log(shares), np.log1p(-shares)).mean())
    return float(-np.log(shares[outcome.truth]).mean())


def describe(before: Outcome, after: Outcome, temperature: Temperature) -> dict[str, Any]:
    """What the temperature did to a part: ``metrics.json``'s "calibration"."""
    about = {"temperature": temperature.value, "fitted_on_clips": temperature.clips, "reason": temperature.reason}
    return about | {"before": reliability_figures(before), "after": reliability_figures(after)}


def reliability_figures(outcome: Outcome) -> dict[str, Any]:
    """How well an outcome's probabilities keep their word."""
    bins = reliability(*confidence_of(outcome))
    return {
        "log_loss": log_loss(outcome),
        "expected_calibration_error": expected_calibration_error(bins),
        "bins": [b.as_json() for b in bins],
    }
