"""The most confident mistakes: where listening teaches most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.report.confusion import clip_name, common_folder
from genrekit.windows import PLAIN, Cutting

if TYPE_CHECKING:
    import numpy as np

    from genrekit.component import FeatureExtractor
    from genrekit.outcome import Outcome
    from genrekit.report.listening import Excerpt

SHOWN = 12


@dataclass(frozen=True)
class Mistake:
    """One clip that was misjudged. ``says`` are labels with their probabilities; ``excerpt`` None with a ``reason``."""

    name: str
    true: list[str]
    told: str
    says: list[tuple[str, float, bool]]
    group: str | None
    excerpt: Excerpt | None
    reason: str | None


def mistakes(
    outcome: Outcome, features: FeatureExtractor, cutting: Cutting = PLAIN, most: int = SHOWN
) -> tuple[list[Mistake], int]:
    """The ``most`` confident mistakes with something to hear, and how many mistakes there are at all.

    A clip that several models answered is heard once, with the surest mistake of them.
    """
    wrong = surest_mistakes(outcome)
    root = common_folder(outcome.paths)
    once = {int(outcome.rows[index]): (index, label) for index, label in reversed(wrong)}
    shown = [pair for pair in wrong if once[int(outcome.rows[pair[0]])] == pair][:most]
    return [_mistake(outcome, index, label, features, cutting, root) for index, label in shown], len(wrong)


def surest_mistakes(outcome: Outcome) -> list[tuple[int, int]]:
    """(clip, label): the clips that are given a wrong label or lack a right one, each with the worst of them."""
    import numpy as np

    wrong = outcome.given != outcome.truth
    odds = outcome.probabilities
    # How sure it is of what is wrong: of a label that is not there, or that a label that is there is not.
    sure = np.where(outcome.truth & outcome.multi_label, 1 - odds, odds)
    sure = np.where(wrong & (~outcome.truth | outcome.multi_label), sure, -1.0)
    worst = sure.argmax(axis=1)
    clips = np.flatnonzero(wrong.any(axis=1))
    order = clips[np.argsort(-sure[clips, worst[clips]], kind="stable")]
    return [(int(clip), int(worst[clip])) for clip in order]


def _mistake(
    outcome: Outcome, clip: int, label: int, features: FeatureExtractor, cutting: Cutting, root: str
) -> Mistake:
    from genrekit.errors import AudioError
    from genrekit.report.listening import excerpt

    heard, reason = None, None
    try:
        heard = excerpt(outcome, clip, label, features, cutting)
    except AudioError as error:
        reason = error.reason
    return Mistake(
        name=clip_name(outcome, clip, root),
        true=[outcome.labels[index] for index in outcome.truth[clip].nonzero()[0]],
        told=_told(outcome, clip, label),
        says=_says(outcome, clip, label),
        group=outcome.groups[clip],
        excerpt=heard,
        reason=reason,
    )


def _told(outcome: Outcome, clip: int, label: int) -> str:
    """The mistake in words."""
    name = outcome.labels[label]
    if not outcome.multi_label:
        return f"taken for {name}"
    return f"{name} missed" if outcome.truth[clip, label] else f"{name} heard"


def _says(outcome: Outcome, clip: int, label: int, most: int = 3) -> list[tuple[str, float, bool]]:
    """(label, probability, whether it is true): the most probable ones, the mistake and the true ones among them."""
    odds: np.ndarray = outcome.probabilities[clip]
    order: Sequence[int] = [int(index) for index in (-odds).argsort(kind="stable")]
    first = [label, *(index for index in order if outcome.truth[clip, index])][: max(most, 2)]
    shown = [*dict.fromkeys([*first, *order])][: max(most, len(first))]
    shown.sort(key=lambda index: -odds[index])
    return [(outcome.labels[index], float(odds[index]), bool(outcome.truth[clip, index])) for index in shown]
