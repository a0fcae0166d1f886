"""The ``filter-augment`` augmenter: what is still of its class when heard with another microphone, or in another room.

Nam, Kim & Park, "FilterAugment: an acoustic environmental data augmentation method", ICASSP 2022.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import model_validator

import genrekit

if TYPE_CHECKING:
    import numpy as np
    import torch


class FilterAugment(genrekit.Augmenter):
    """Raises or lowers random bands of a logarithmic spectrogram, each from the first frame to the last.

    The spectrum is cut at random into bands. "linear" draws a change for each edge and goes straight from one to the
    next, "step" draws one for each band. Changes are uniform from -amount to amount, in the features' own units:
    decibels where they are decibels, the clip's deviation where they are normalised.
    """

    use: Literal["filter-augment"] = "filter-augment"
    on: Literal["features"] = genrekit.Field("features", description="what it changes; a waveform has no bins")
    form: Literal["linear", "step"] = genrekit.Field("linear", description="how a change goes over into the next")
    amount: float = genrekit.Field(0.5, ge=0, le=100, description="largest change, in the features' own units")
    min_bands: int = genrekit.Field(2, ge=1, description="fewest bands")
    max_bands: int = genrekit.Field(5, ge=1, description="most bands")

    @model_validator(mode="after")
    def _bands_fit(self) -> Self:
        if self.min_bands > self.max_bands:
            raise ValueError(f"min_bands {self.min_bands} must not be above max_bands {self.max_bands}")
        return self

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
        import numpy as np

        bins, bands = shape[-2], int(rng.integers(self.min_bands, self.max_bands + 1))
        edges = np.sort(rng.uniform(0, bins - 1, bands - 1))
        positions = np.arange(bins)
        if self.form == "step":
            change = rng.uniform(-self.amount, self.amount, bands)[np.searchsorted(edges, positions)]
        else:
            edges = np.concatenate([[0.0], edges, [float(bins - 1)]])
            change = np.interp(positions, edges, rng.uniform(-self.amount, self.amount, bands + 1))
        return {"change": change.astype(np.float32)}

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        return batch + draws["change"].to(batch)[:, None, :, None]


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(FilterAugment)
