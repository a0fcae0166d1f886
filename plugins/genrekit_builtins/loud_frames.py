"""Which frames of a spectrogram hold the sound, and which what is around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

LOUD_DB = 25.0
"""Frames whose mean level is within this of the loudest one's count as the sound."""


def loud_frames(levels: Tensor, unit_db: float) -> Tensor:
    """levels [..., bins, frames] in units of ``unit_db`` decibels -> [..., 1, frames]: 1 for loud frames, else 0."""
    loudness = levels.mean(-2, keepdim=True)
    return (loudness > loudness.amax(-1, keepdim=True) - LOUD_DB / unit_db).to(levels.dtype)
