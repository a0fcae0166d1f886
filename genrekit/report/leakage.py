"""The leak meter: the score with and without the test clips that training has, in a way, already heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genrekit.report.page import count, figure, title
from genrekit.report.summary import is_figure

FIGURES = ("macro_f1", "mean_average_precision", "accuracy")
NAMES = {
    "all": "all clips",
    "clean": "without clips that have a twin or a group mate in training",
    "without": "without either",
    "without_twins": "without clips that have a twin in training",
    "without_group_mates": "without clips that have a group mate in training",
}
NOTICEABLE = 0.005
"""Differences below this are not worth a warning."""

NONE_LEFT = (
    "Every clip of this part has a twin or a group mate in training: "
    "no figure here says what the model does with new recordings. Split by group to keep them apart."
)


@dataclass(frozen=True)
class Meter:
    """``bars`` are (which clips, how many, score); ``says`` the (tone, sentence) under them."""

    figure: str
    bars: list[tuple[str, int | None, float]]
    says: list[tuple[str, str]]


def meter(leakage: Mapping[str, Any] | None) -> Meter | None:
    """From ``metrics.json``'s "leakage"; None where nothing was measured.

    That holds an object of figures for "all" clips and for each subset (``without_…``), with ``clips``, how many they
    are; what else it holds of text is shown below.
    """
    sides = {name: side for name, side in (leakage or {}).items() if isinstance(side, Mapping)}
    chosen = next((name for name in FIGURES if any(is_figure(side.get(name)) for side in sides.values())), None)
    if not leakage or chosen is None:
        return None
    bars = [
        (NAMES.get(name, name.replace("_", " ")), side.get("clips", side.get("n_clips")), float(side[chosen]))
        for name, side in sides.items()
        if is_figure(side.get(chosen))
    ]
    texts = [("plain", text) for text in leakage.values() if isinstance(text, str) and " " in text]
    if any(side.get("clips") == 0 for side in sides.values()):
        return Meter(title(chosen), bars, [("bad", NONE_LEFT), *texts])
    return Meter(title(chosen), bars, [_verdict(bars, title(chosen)), *texts])


def _verdict(bars: list[tuple[str, int | None, float]], name: str) -> tuple[str, str]:
    """What the difference means."""
    (_, clips, score), *others = bars
    removed = [clips - left for _, left, _ in others if clips is not None and left is not None]
    if not others or (removed and max(removed) == 0):
        return "good", "No test clip has a twin or a group mate in training: nothing leaks that genrekit can see."
    lowest = min(value for _, _, value in others)
    about = f"{count(max(removed), 'test clip')} with a twin or a group mate in training" if removed else "such clips"
    if score - lowest < NOTICEABLE:
        return "good", f"Without {about} the {name} is about the same."
    return "bad", (
        f"{about[:1].upper()}{about[1:]} lift the {name} from {figure(lowest)} to {figure(score)}: "
        "new recordings will do worse than the figure above says. Split by group to keep them apart."
    )
