"""The leak meter: the score with and without the test clips that training has, in a way, already heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genrekit.report.page import count, figure, title
from genrekit.report.summary import is_figure

FIGURES = ("macro_f1", "mean_average_precision", "accuracy")
"""The first of these that there is, is shown."""

NOTICEABLE = 0.005
"""Differences below this are not worth a warning."""


@dataclass(frozen=True)
class Meter:
    """``bars`` are (which clips, how many, score); ``says`` the (tone, sentence) under them."""

    figure: str
    part: str
    bars: list[tuple[str, int, float]]
    says: list[tuple[str, str]]


def meter(leakage: Mapping[str, Any] | None) -> Meter | None:
    """From ``metrics.json``'s "leakage" (see `genrekit.leakage.measure`); None where nothing was measured."""
    if not leakage or "all" not in leakage:
        return None
    everything, clean = leakage["all"], leakage.get("clean") or {}
    chosen = next((name for name in FIGURES if is_figure(everything.get(name))), None)
    if chosen is None:
        return None
    sides = {"all clips": everything, "clips without a twin or a group mate in training": clean}
    bars = [
        (name, int(side["clips"]), float(side[chosen])) for name, side in sides.items() if is_figure(side.get(chosen))
    ]
    says = [_verdict(leakage, everything, clean, chosen)]
    says += [("plain", str(leakage["note"]))] if leakage.get("note") else []
    return Meter(title(chosen), str(leakage.get("part", "test")), bars, says)


def _verdict(
    leakage: Mapping[str, Any], everything: Mapping[str, Any], clean: Mapping[str, Any], chosen: str
) -> tuple[str, str]:
    """What the difference means."""
    kin = everything["clips"] - clean.get("clips", 0)
    if not kin:
        return "good", "No clip has a twin or a group mate in training: nothing leaks that is known here."
    who = (
        f"{kin:,} of {count(everything['clips'], 'clip')} have a twin ({leakage.get('with_twin', 0):,}) "
        f"or a group mate ({leakage.get('with_group_mate', 0):,}) in training"
    )
    if not is_figure(clean.get(chosen)):
        return "bad", f"{who}: none is left that would say what the model does with new recordings."
    gain = everything[chosen] - clean[chosen]
    if gain < NOTICEABLE:
        return "plain", f"{who}; without them the {title(chosen)} is no lower."
    return "bad", (
        f"{who}, and lift the {title(chosen)} from {figure(clean[chosen])} to {figure(everything[chosen])}: "
        "expect the lower one of new recordings. Splitting by group, and dropping twins, keeps them apart."
    )
