"""The ``noise-floor`` augmenter: the same sound under more noise of a microphone, a line or a room."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import model_validator

import genrekit

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
    ``max_db`` above the features' zero, which is a clip's mean where features are normalised; so the signal-to-noise
    ratio is even over a wide range. The spectrum is a straight line, rising or falling by ``slope_db`` at most from its
    middle to an end, with small bends. Adding powers in the features' domain leaves them free to be stored.
    """

    use: Literal["noise-floor"] = "noise-floor"
    on: Literal["features"] = genrekit.Field(
        "features", description="what it changes: levels, in decibels over unit_db"
    )
    min_db: float = genrekit.Field(-45.0, ge=-200, le=200, description="lowest level, in dB above the features' zero")
    max_db: float = genrekit.Field(0.0, ge=-200, le=200, description="highest level, in dB above the features' zero")
    slope_db: float = genrekit.Field(10.0, ge=0, le=100, description="largest rise or fall from the middle to an end")
    unit_db: float = genrekit.Field(
        20.0, gt=0, le=100, description="decibels that 1 in the features stands for: 20 for mel, 1 for plain decibels"
    )
    channels: tuple[Annotated[int, genrekit.Field(ge=0)], ...] | None = genrekit.Field(
        None,
        min_length=1,
        description="the channels of the features, from 0, that it changes, where others have another zero; none: all",
    )

    @model_validator(mode="after")
    def _levels_fit(self) -> Self:
        if self.min_db > self.max_db:
            raise ValueError(f"min_db {self.min_db:g} must not be above max_db {self.max_db:g}")
        return self

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
        import numpy as np

        channels, bins, frames = shape
        if max(self.channels or [0]) >= channels:
            raise ValueError(f"there is no channel {max(self.channels or [0])}: the features have {channels}, from 0")
        across = np.linspace(-1, 1, bins)
        bends = np.interp(across, np.linspace(-1, 1, KNOTS), rng.normal(0, BEND_DB, KNOTS))
        level = rng.uniform(self.min_db, self.max_db) + rng.uniform(-self.slope_db, self.slope_db) * across + bends
        floor_db = level[:, None] + FLICKER_DB * rng.standard_normal((bins, frames))
        return {"floor_db": floor_db.astype(np.float32)}

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        floor_db = draws["floor_db"].to(batch)[:, None]
        if self.channels is None:
            return self._noisy(batch, floor_db)
        changed, these = batch.clone(), list(self.channels)
        changed[:, these] = self._noisy(batch[:, these], floor_db)
        return changed

    def _noisy(self, levels: torch.Tensor, floor_db: torch.Tensor) -> torch.Tensor:
        import torch

        nepers = math.log(10) / 10  # the natural logarithm of power
        signal, noise = levels * (self.unit_db * nepers), floor_db * nepers
        return torch.logaddexp(signal, noise) / (self.unit_db * nepers)


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(NoiseFloor)
