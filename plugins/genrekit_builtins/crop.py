"""The ``random-crop`` augmenter: training on shorter stretches than the windows that are evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import genrekit

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import torch


class RandomCrop(genrekit.Augmenter):
    """A stretch of the features, as long for every clip, from a place of its own in every epoch.

    Evaluation and prediction see whole windows, so the model must take features of any number of frames.
    """

    resizes: ClassVar[bool] = True

    use: Literal["random-crop"] = "random-crop"
    on: Literal["features"] = genrekit.Field("features", description="what it changes; features have frames")
    frames: int = genrekit.Field(ge=1, description="length in frames; shorter features are zero-padded at the end")
    probability: float = genrekit.Field(1.0, ge=1, le=1, description="every clip is cropped: a batch has one length")

    @classmethod
    def example(cls, folder: Path) -> Self:
        return cls(frames=20)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, int]:
        return {"start": int(rng.integers(max(0, shape[-1] - self.frames) + 1))}

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        import torch
        from torch.nn import functional

        padded = functional.pad(batch, (0, max(0, self.frames - batch.shape[-1])))
        starts = draws["start"].tolist()
        return torch.stack([row[..., start : start + self.frames] for row, start in zip(padded, starts, strict=True)])


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(RandomCrop)
