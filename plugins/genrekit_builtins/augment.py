"""The ``gain`` and ``noise`` augmenters: what is louder or noisier is still of its class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import genrekit

if TYPE_CHECKING:
    import numpy as np
    import torch


class Gain(genrekit.Augmenter):
    """Multiplies a clip by a factor drawn uniformly from 1 - amount to 1 + amount."""

    use: Literal["gain"] = "gain"
    amount: float = genrekit.Field(0.1, ge=0, le=1, description="largest change of the factor: 0.1 is 0.9 to 1.1")

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, float]:
        return {"factor": rng.uniform(1 - self.amount, 1 + self.amount)}

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        factors = draws["factor"].to(batch)
        return batch * factors.reshape(-1, *(1 for _ in batch.shape[1:]))


class Noise(genrekit.Augmenter):
    """Adds Gaussian noise: on features in units of the clip's deviation, on waveforms in units of full scale.

    Only a seed is drawn. The noise itself comes from torch's generator on the batch's device, one for each clip, so
    nothing large is made on the host; CPU and GPU make different noise of the same seed.
    """

    use: Literal["noise"] = "noise"
    sigma: float = genrekit.Field(0.02, ge=0, le=100, description="standard deviation of the noise")
    probability: float = genrekit.Field(0.3, ge=0, le=1, description="the chance that a clip is changed in an epoch")

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, int]:
        return {"seed": int(rng.integers(2**63))}

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        import torch

        noise = torch.empty_like(batch, memory_format=torch.contiguous_format)
        generator = torch.Generator(batch.device)
        for row, seed in zip(noise, draws["seed"].tolist(), strict=True):
            row.normal_(0.0, self.sigma, generator=generator.manual_seed(seed))
        return noise.add_(batch)


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(Gain)
    register(Noise)
