"""The ``noise-floor`` augmenter: the same sound under more noise of a microphone, a line or a room."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import model_validator

import genrekit
from genrekit_builtins.loud_frames import loud_frames

if TYPE_CHECKING:
    import numpy as np
    import torch

KNOTS = 5
BEND_DB = 3.0
"""Deviation of a floor's spectrum from a straight line, at so many knots from the lowest bin to the highest."""
FLICKER_DB = 2.4
"""Deviation of noise in one bin and frame: about that of ten squared normal values' mean, as a mel band holds."""


class NoiseFloor(genrekit.Augmenter):
    """Adds the power of steady noise to a spectrogram of levels, with a loudness and a colour of its own in each clip.

    Quiet parts end at the noise and loud ones stay, as in a poorer recording. The level is uniform from ``min_db`` to
    ``max_db`` above ``reference``, in each channel; so the signal-to-noise ratio is even over a wide range. The
    features' zero is a clip's mean or near silence, as they are normalised. The spectrum is a straight line, rising or
    falling by ``slope_db`` at most from its middle to an end, with small bends. Adding powers in the features' domain
    leaves them free to be stored.
    """

    use: Literal["noise-floor"] = "noise-floor"
    on: Literal["features"] = genrekit.Field(
        "features", description="what it changes: levels, in decibels over unit_db"
    )
    min_db: float = genrekit.Field(-45.0, ge=-200, le=200, description="lowest level, in dB above reference")
    max_db: float = genrekit.Field(0.0, ge=-200, le=200, description="highest level, in dB above reference")
    slope_db: float = genrekit.Field(10.0, ge=0, le=100, description="largest rise or fall from the middle to an end")
    unit_db: float = genrekit.Field(
        20.0, gt=0, le=100, description="decibels that 1 in the features stands for: 20 for mel, 1 for plain decibels"
    )
    reference: Literal["zero", "loud"] = genrekit.Field(
        "zero",
        description="what min_db and max_db are above. zero: the features' zero. loud: the mean level of a clip's loud "
        "frames, so that -20 is a signal-to-noise ratio of 20 dB. Padding counts as sound where it is not far below "
        "the rest, as zeros are not that stand for a clip's mean: noise is weaker then",
    )

    @model_validator(mode="after")
    def _levels_fit(self) -> Self:
        if self.min_db > self.max_db:
            raise ValueError(f"min_db {self.min_db:g} must not be above max_db {self.max_db:g}")
        return self

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
        import numpy as np

        bins, frames = shape[-2:]
        across = np.linspace(-1, 1, bins)
        bends = np.interp(across, np.linspace(-1, 1, KNOTS), rng.normal(0, BEND_DB, KNOTS))
        level = rng.uniform(self.min_db, self.max_db) + rng.uniform(-self.slope_db, self.slope_db) * across + bends
        floor_db = level[:, None] + FLICKER_DB * rng.standard_normal((bins, frames))
        return {"floor_db": floor_db.astype(np.float32)}

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        import torch

        floor = draws["floor_db"].to(batch)[:, None] / self.unit_db
        if self.reference == "loud":
            loud = loud_frames(batch, self.unit_db)
            floor = floor + (batch.mean(-2, keepdim=True) * loud).sum(-1, keepdim=True) / loud.sum(-1, keepdim=True)
        # The natural logarithm of power.
        nepers = self.unit_db * math.log(10) / 10
        return torch.logaddexp(batch * nepers, floor * nepers) / nepers


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(NoiseFloor)
