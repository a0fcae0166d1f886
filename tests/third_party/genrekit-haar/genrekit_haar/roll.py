"""Moves features around in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import genrekit

if TYPE_CHECKING:
    import numpy as np
    import torch


class Roll(genrekit.Augmenter):
    """Rotates the frames by a random number: what leaves at one end comes in at the other."""

    use: Literal["roll"] = "roll"
    on: Literal["features"] = genrekit.Field("features", description="what it changes")
    most: int = genrekit.Field(4, ge=1, description="the largest number of frames")

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, int]:
        """How far."""
        return {"by": int(rng.integers(1, self.most + 1))}

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        """``batch`` [n, channels, bins, frames]."""
        import torch

        rows = zip(batch, draws["by"].tolist(), strict=True)
        return torch.stack([row.roll(by, dims=-1) for row, by in rows])
