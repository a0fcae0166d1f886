"""What the page says first: the figures, how sure they are, and what they mean."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from genrekit.chosen import EPOCH, in_words
from genrekit.report.page import count

LEADING = ("macro_f1", "mean_average_precision", "accuracy", "balanced_accuracy", "micro_f1", "roc_auc")
"""The figures that people look for first, where an evaluator gives them; the rest follows as it comes."""

CARDS = 4
UNBOUNDED = frozenset({"loss", "log_loss", "brier"})
"""Figures that are no share of one."""


@dataclass(frozen=True)
class Figure:
    """One figure of the part that is reported, with its interval, and the validation part's beside it."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    validation: float | None = None

    @property
    def bounded(self) -> bool:
        """Whether it lies between 0 and 1, so that a bar can show it."""
        ends = [end for end in (self.value, self.low, self.high) if end is not None]
        return self.name not in UNBOUNDED and all(0 <= end <= 1 for end in ends)


def figures(metrics: Mapping[str, Any], part: str) -> list[Figure]:
    """Every plain number of a part, the leading ones first; counts (``n_…``) are left to the tables."""
    reported: Mapping[str, Any] = metrics[part]
    others: Mapping[str, Any] = metrics.get("validation", {}) if part != "validation" else {}
    names = [name for name, value in reported.items() if is_figure(value) and not name.startswith("n_")]
    names.sort(key=lambda name: LEADING.index(name) if name in LEADING else len(LEADING))
    return [_figure(name, reported, others) for name in names]


def _figure(name: str, reported: Mapping[str, Any], others: Mapping[str, Any]) -> Figure:
    interval = (reported.get("intervals") or {}).get(name) or {}
    beside = others.get(name)
    return Figure(
        name,
        float(reported[name]),
        interval.get("low"),
        interval.get("high"),
        float(beside) if beside is not None and is_figure(beside) else None,
    )


def is_figure(value: object) -> bool:
    """Whether it is a finite number (and no truth value)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def drawn(figures: Mapping[str, Any]) -> str | None:
    """How the intervals were made, in a sentence; None where there are none."""
    bootstrap = figures.get("bootstrap") or {}
    if not bootstrap.get("units"):
        return None
    level, units, note = bootstrap.get("level", 0.95), bootstrap.get("resampled", "clips"), bootstrap.get("note")
    text = f"{100 * level:.0f} % intervals by the bootstrap over {bootstrap['units']:,} {units}"
    text += f", {bootstrap['resamples']:,} times" if bootstrap.get("resamples") else ""
    return f"{text}{'; ' + note if note else ''}."


def known_in_training(metrics: Mapping[str, Any]) -> int:
    """Test clips of which training has heard something: a copy, or another clip of the group."""
    leak = metrics.get("leakage") or {}
    if leak.get("part") != "test" or "clips" not in leak.get("all", {}):
        return 0
    return int(leak["all"]["clips"] - leak.get("clean", {}).get("clips", 0))


def meaning(metrics: Mapping[str, Any], part: str, clips: int, chose: Sequence[str]) -> tuple[str, str]:
    """(tone, sentence): what the reported figures may be taken for. ``chose``: what validation clips chose."""
    if part == "test":
        return _of_test_clips(metrics, count(clips, "test clip"), _how(metrics, chose))
    best, epochs = metrics.get("best_epoch"), metrics.get("epochs")
    if EPOCH in chose:
        return "bad", (
            f"Flattering: these {count(clips, 'validation clip')} also chose epoch {best} of {epochs} as the best for "
            "them. A test part, looked at once, would tell what to expect of new recordings."
        )
    kept = f"the model is that of the last epoch, {epochs}, whatever they said of it."
    if chose:
        return "plain", (
            f"There is no test part. These {count(clips, 'clip')} did not choose the epoch: {kept} "
            f"But they chose {in_words(chose)}, and what rests on that flatters."
        )
    return "good", f"There is no test part, but these {count(clips, 'clip')} chose nothing either: {kept}"


def _of_test_clips(metrics: Mapping[str, Any], clips: str, how: str) -> tuple[str, str]:
    known = known_in_training(metrics)
    if known:
        return "bad", (
            f"Flattering: {known} of these {clips} have a twin or a group mate in training; "
            f"the leak meter below shows the figure without them. They were looked at once, at the end. {how}."
        )
    return (
        "good",
        f"Honest: these {clips} trained nothing and chose nothing; they were looked at once, at the end. {how}.",
    )


def _how(metrics: Mapping[str, Any], chose: Sequence[str]) -> str:
    """How the model that is reported was chosen."""
    best = metrics.get("best_epoch")
    if EPOCH in chose:
        others = [name for name in chose if name != EPOCH]
        epoch = f"epoch {best} of {metrics.get('epochs')}"
        return f"Validation clips chose {in_words([epoch, *others])}"
    last = f"epoch {best}, the last"
    return f"Validation clips chose {in_words(chose)}; nothing chose {last}" if chose else f"Nothing chose: {last}"
