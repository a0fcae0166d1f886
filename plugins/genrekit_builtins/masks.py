"""The ``time-mask`` and ``frequency-mask`` augmenters: what is still recognised with a piece missing.

Park et al., "SpecAugment: a simple data augmentation method for automatic speech recognition", Interspeech 2019.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import model_validator

import genrekit

if TYPE_CHECKING:
    import numpy as np
    import torch


class TimeMask(genrekit.Augmenter):
    """Sets a stretch of time to 0: on normalised features the clip's mean, on a waveform silence.

    The length is uniform in [min_frames, max_frames), the start uniform among those where it fits. A mask never covers
    more than half of a clip; that only shows where a clip is shorter than two masks.
    """

    use: Literal["time-mask"] = "time-mask"
    min_frames: int = genrekit.Field(10, ge=1, description="shortest mask, in frames")
    max_frames: int = genrekit.Field(40, ge=2, description="masks are shorter than this, in frames")
    hop_length: int = genrekit.Field(
        512, ge=1, description='samples that a frame stands for when on = "waveform": the hop_length of the features'
    )
    probability: float = genrekit.Field(0.3, ge=0, le=1, description="the chance that a clip is changed in an epoch")

    @model_validator(mode="after")
    def _lengths_fit(self) -> Self:
        refuse_empty_range("frames", self.min_frames, self.max_frames)
        return self

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, int]:
        unit = self.hop_length if self.on == "waveform" else 1
        return draw_span(rng, self.min_frames * unit, self.max_frames * unit, shape[-1])

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        return masked(batch, draws, dim=-1)


class FrequencyMask(genrekit.Augmenter):
    """Sets neighbouring bins to 0, the clip's mean after normalisation, from the first frame to the last.

    Length and start are drawn as `time-mask` draws them. A waveform has no bins, so this one works on features only.
    """

    use: Literal["frequency-mask"] = "frequency-mask"
    on: Literal["features"] = genrekit.Field("features", description="what it changes; a waveform has no bins")
    min_bins: int = genrekit.Field(4, ge=1, description="narrowest mask, in bins")
    max_bins: int = genrekit.Field(16, ge=2, description="masks are narrower than this, in bins")
    probability: float = genrekit.Field(0.3, ge=0, le=1, description="the chance that a clip is changed in an epoch")

    @model_validator(mode="after")
    def _lengths_fit(self) -> Self:
        refuse_empty_range("bins", self.min_bins, self.max_bins)
        return self

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, int]:
        return draw_span(rng, self.min_bins, self.max_bins, shape[-2])

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        return masked(batch, draws, dim=-2)


def refuse_empty_range(unit: str, least: int, end: int) -> None:
    """ValueError where no length is in [least, end)."""
    if least >= end:
        raise ValueError(f"min_{unit} {least} must be below max_{unit} {end}")


def draw_span(rng: np.random.Generator, least: int, end: int, size: int) -> dict[str, int]:
    """A span of [least, end) positions, at most half of ``size``, somewhere within it."""
    length = min(int(rng.integers(least, end)), size // 2)
    return {"start": int(rng.integers(size - length + 1)), "length": length}


def masked(batch: torch.Tensor, draws: dict[str, torch.Tensor], dim: int) -> torch.Tensor:
    """``batch`` with each row's span along ``dim`` (counted from the end) set to 0."""
    import torch

    positions = torch.arange(batch.shape[dim], device=batch.device)
    start = draws["start"].to(batch.device).unsqueeze(1)
    inside = (positions >= start) & (positions < start + draws["length"].to(batch.device).unsqueeze(1))
    shape = [1] * batch.ndim
    shape[0], shape[dim] = inside.shape
    return batch.masked_fill(inside.reshape(shape), 0.0)


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(TimeMask)
    register(FrequencyMask)
