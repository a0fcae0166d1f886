"""The ``stretch`` augmenter: other voices and other tempi, made from a spectrogram.

Frequencies: Jaitly & Hinton, "Vocal tract length perturbation (VTLP) improves speech recognition", ICML workshop 2013.
Both axes: the random resize crop of Niizumi et al., "BYOL for audio", IJCNN 2021.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import genrekit

if TYPE_CHECKING:
    import numpy as np
    import torch


class Stretch(genrekit.Augmenter):
    """Stretches, squeezes and shifts a spectrogram's bins, and stretches or squeezes its time.

    On a mel scale this is about a change of pitch and of the vocal tract's length. Values between bins
    and frames are interpolated linearly. Beyond the lowest and highest bin these repeat; beyond the last frame comes 0,
    the clip's mean after normalisation.
    """

    use: Literal["stretch"] = "stretch"
    on: Literal["features"] = genrekit.Field("features", description="what it changes; `resample` changes waveforms")
    bins: float = genrekit.Field(
        0.15, ge=0, le=3, description="largest stretch, from the lowest bin: 0.15 is 1/1.15 to 1.15 times"
    )
    shift: float = genrekit.Field(0.0, ge=0, le=0.5, description="largest shift of the bins, as a share of all bins")
    time: float = genrekit.Field(0.2, ge=0, le=3, description="largest change of speed: 0.2 is 1/1.2 to 1.2 times")
    probability: float = genrekit.Field(0.8, ge=0, le=1, description="the chance that a clip is changed in an epoch")
    test_time: int = genrekit.Field(
        0,
        ge=0,
        le=20,
        description="so many variants squeezed, and as many stretched, are answered too, and their logits averaged",
    )

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, float]:
        highest, widest = math.log1p(self.bins), math.log1p(self.time)
        return {
            "scale": math.exp(rng.uniform(-highest, highest)),
            "shift": rng.uniform(-self.shift, self.shift),
            "speed": math.exp(rng.uniform(-widest, widest)),
        }

    def views(self, shape: genrekit.FeatureShape) -> list[torch.nn.Module]:
        """Bins stretched, without shift, in equal ratios up to 1 + ``bins``; an untouched one is no view."""
        from genrekit_builtins.bin_stretch import BinStretch

        if not self.bins:
            return []
        steps = [step / self.test_time for step in range(-self.test_time, self.test_time + 1) if step]
        return [BinStretch(shape.bins, (1 + self.bins) ** step) for step in steps]

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        import torch

        bins, frames = batch.shape[-2:]
        draws = {name: values.to(batch)[:, None] for name, values in draws.items()}
        heights = torch.arange(bins, device=batch.device) * draws["scale"] + draws["shift"] * bins
        times = torch.arange(frames, device=batch.device) * draws["speed"]
        stretched = interpolated(batch, heights, dim=2)
        return interpolated(stretched, times, dim=3).masked_fill((times > frames - 1)[:, None, None], 0.0)


def interpolated(batch: torch.Tensor, positions: torch.Tensor, dim: int) -> torch.Tensor:
    """``batch`` [n, channels, bins, frames] read at ``positions`` [n, size of dim] along ``dim``; ends repeat."""
    size = batch.shape[dim]
    positions = positions.clamp(0, size - 1)
    low = positions.floor().clamp(max=max(0, size - 2)).long()
    share = positions - low
    view = [len(batch), 1, 1, 1]
    view[dim] = size

    def read(index: torch.Tensor) -> torch.Tensor:
        return batch.gather(dim, index.view(view).expand(batch.shape))

    return read(low).lerp(read((low + 1).clamp(max=size - 1)), share.view(view))


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(Stretch)
