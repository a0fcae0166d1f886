"""The ``time-shift`` augmenter: a class does not depend on when a clip begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import genrekit

if TYPE_CHECKING:
    import numpy as np
    import torch


class TimeShift(genrekit.Augmenter):
    """Moves a clip in time, by a share of its length drawn uniformly from -amount to amount.

    What leaves at one end comes in at the other, or is lost and 0 comes in: on normalised features the clip's mean, on
    a waveform silence.
    """

    use: Literal["time-shift"] = "time-shift"
    amount: float = genrekit.Field(0.5, ge=0, le=1, description="largest shift, as a share of the clip's length")
    wrap: bool = genrekit.Field(True, description="whether what leaves at one end comes in at the other; false: 0 does")

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, int]:
        return {"shift": round(float(rng.uniform(-self.amount, self.amount)) * shape[-1])}

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        import torch

        size, middle = batch.shape[-1], [1] * (batch.ndim - 2)
        positions = torch.arange(size, device=batch.device) - draws["shift"].to(batch.device).unsqueeze(1)
        index = positions.remainder(size).view(len(batch), *middle, size).expand(batch.shape)
        shifted = batch.gather(-1, index)
        if self.wrap:
            return shifted
        outside = (positions < 0) | (positions >= size)
        return shifted.masked_fill(outside.view(len(batch), *middle, size), 0.0)


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(TimeShift)
