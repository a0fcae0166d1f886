"""What counts as silence."""

from __future__ import annotations

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
