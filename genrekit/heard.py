"""Which of a clip's windows count: not those with nothing to hear, padding mostly, nor faint ones if a recipe says so.

What pads clips goes with their class: short sounds are padded more. A model that trains on padding takes it for such a
sound, in every other clip that ends in it too. What is faint beside the rest of a clip is mostly what was there before
and after; it may train, and have no say in the clip's answer. See ``docs/decisions/windows.md``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from genrekit.silence import STRETCH, is_silent

if TYPE_CHECKING:
    import numpy as np

SILENT = -(10**6)
"""The level of what is silent, in decibels: below all that is not."""


def level_of(waveform: np.ndarray, within_db: float | None) -> int:
    """What decides whether a window [samples] counts: its mean power in whole dBFS, or `SILENT`.

    Whole, so that a recording of any length has a few levels. Where ``within_db`` is None all that sounds has level 0.
    """
    import numpy as np

    if is_silent(waveform):
        return SILENT
    if within_db is None:
        return 0
    stretches = (waveform[start : start + STRETCH] for start in range(0, len(waveform), STRETCH))
    # In double precision, where no square is beyond all numbers, and by stretches, which take no memory.
    power = sum(float(np.square(stretch, dtype=np.float64).sum()) for stretch in stretches) / len(waveform)
    # What is not finite is somebody else's to refuse.
    return math.floor(10 * math.log10(power)) if 0 < power < math.inf else 0


def least_level(loudest: int, within_db: float | None) -> float:
    """From where on a clip's windows count, if the loudest of them has level ``loudest``."""
    return loudest - (within_db or 0.0)


class Heard(NamedTuple):
    """The windows that count, and how many do not because they are silent, or ``faint`` beside the loudest.

    If all are silent all count: silence is then what the recording is of.
    """

    windows: list[np.ndarray]
    silent: int
    faint: int


def heard(waveforms: Sequence[np.ndarray], within_db: float | None = None) -> Heard:
    """Those of a clip's windows [samples] that count: of those that sound, all within ``within_db`` of the loudest."""
    levels = [level_of(waveform, within_db) for waveform in waveforms]
    least = least_level(max(levels), within_db)
    counting = [waveform for waveform, level in zip(waveforms, levels, strict=True) if level >= least]
    silent = levels.count(SILENT)
    return Heard(counting, silent, max(0, len(levels) - len(counting) - silent))
