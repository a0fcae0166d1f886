"""Windows in which there is nothing to hear: padding, mostly. They are neither learnt from nor do they count.

What pads clips goes with their class: short sounds are padded more. A model that trains on padding takes it for such a
sound, in every other clip that ends in it too. See ``docs/decisions/windows.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SILENCE_PEAK = 1e-4
"""-80 dBFS. Where no sample reaches it, there is silence."""

STRETCH = 2**14
"""Samples looked at together: most recordings are known for sounding after the first of them."""


def is_silent(waveform: np.ndarray) -> bool:
    """Whether a waveform [samples] is nowhere as loud as `SILENCE_PEAK`."""
    stretches = (waveform[start : start + STRETCH] for start in range(0, len(waveform), STRETCH))
    return all(max(stretch.max(), -stretch.min()) < SILENCE_PEAK for stretch in stretches)


def sounding(waveforms: Iterable[np.ndarray]) -> tuple[list[np.ndarray], int]:
    """Those that are not silent, and how many are. All of them if all are: silence is then what the recording is of."""
    given = list(waveforms)
    heard = [waveform for waveform in given if not is_silent(waveform)]
    return heard or given, len(given) - len(heard)
