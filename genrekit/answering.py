"""What the finished model answers: temperature, thresholds and abstention, fitted on the validation part.

They are part of the model: the figures of a run are figures of these answers, and the bundle gives the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from genrekit import abstention, bundle, calibration
from genrekit.calibration import Temperature
from genrekit.thresholds import best_thresholds

if TYPE_CHECKING:
    from genrekit.outcome import Outcome
    from genrekit.recipe.sections import Answers as Wanted


@dataclass(frozen=True)
class Answering:
    """``notes`` is what people should know: what was wanted and could not be had."""

    answers: bundle.Answers
    temperature: Temperature
    notes: tuple[str, ...] = ()

    def apply(self, outcome: Outcome) -> Outcome:
        """The outcome as the bundle will answer."""
        import numpy as np

        answered = calibration.at_temperature(outcome, self.temperature.value)
        if self.answers.thresholds is None:
            return answered
        thresholds = [self.answers.thresholds[label] for label in outcome.labels]
        return replace(answered, thresholds=np.asarray(thresholds, np.float32))

    def describe(self, before: Outcome, after: Outcome) -> dict[str, Any]:
        """What it did to a part: "calibration", and "abstention" where there is any."""
        described = {"calibration": calibration.describe(before, after, self.temperature)}
        if self.answers.abstain_below is None:
            return described
        return described | {"abstention": abstention.answered(after, self.answers.abstain_below)}


def fit(wanted: Wanted, outcomes: Sequence[Outcome], labels: Sequence[str], multi_label: bool) -> Answering:
    """Fit on the validation part what the recipe wants; without one, what the recipe says outright is all there is."""
    validation = next((outcome for outcome in outcomes if outcome.part == "validation"), None)
    temperature = _temperature(wanted, validation)
    calibrated = calibration.at_temperature(validation, temperature.value) if validation else None
    thresholds = _thresholds(wanted, calibrated, labels) if multi_label else None
    below, notes = (None, ()) if multi_label else _abstention(wanted, calibrated)
    answers = bundle.Answers(
        multi_label=multi_label, temperature=temperature.value, abstain_below=below, thresholds=thresholds
    )
    return Answering(answers, temperature, notes)


def _temperature(wanted: Wanted, validation: Outcome | None) -> Temperature:
    if not wanted.temperature:
        return Temperature(reason="the recipe wants none")
    if validation is None:
        return Temperature(reason="there is no validation part")
    return calibration.fit_temperature(validation)


def _thresholds(wanted: Wanted, validation: Outcome | None, labels: Sequence[str]) -> dict[str, float]:
    if isinstance(wanted.thresholds, float):
        return dict.fromkeys(labels, wanted.thresholds)
    if validation is None:
        return dict.fromkeys(labels, 0.5)
    return {label: round(float(best), 6) for label, best in zip(labels, best_thresholds(validation), strict=True)}


def _abstention(wanted: Wanted, validation: Outcome | None) -> tuple[float | None, tuple[str, ...]]:
    """The threshold, and why there is none although one is wanted."""
    if wanted.abstain_accuracy is None:
        return wanted.abstain_below, ()
    aim = f"an accuracy of {wanted.abstain_accuracy:g} among the answered"
    if validation is None:
        return None, (f"no threshold for {aim}: there is no validation part to choose it on",)
    threshold = abstention.threshold_for(validation, wanted.abstain_accuracy)
    if threshold is None:
        return None, (f"no threshold gives {aim} on the validation clips; the model answers always",)
    if threshold == 0:
        return None, (f"all answers on the validation clips together reach {aim}; the model answers always",)
    return round(threshold, 6), ()
