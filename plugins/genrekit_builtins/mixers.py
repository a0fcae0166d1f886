"""The ``mixup`` and ``between-class`` mixers: what lies between two clips has something of both labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import genrekit

if TYPE_CHECKING:
    import numpy as np
    import torch

QUIETEST_DB = -80.0
"""Levels in dB of full scale count as this at least, so that silence has one."""


class Mixup(genrekit.Mixer):
    """Weighted means of two training clips, and of their targets, with a weight drawn from Beta(alpha, alpha).

    Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018. Any two clips may meet.
    """

    use: Literal["mixup"] = "mixup"
    alpha: float = genrekit.Field(
        0.2, gt=0, le=100, description="of the beta distribution: below 1 one clip prevails, 1 is uniform"
    )
    probability: float = genrekit.Field(1.0, ge=0, le=1, description="the chance that a clip is mixed in an epoch")

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, float]:
        return {"share": rng.beta(self.alpha, self.alpha)}

    def mix(
        self, batch: torch.Tensor, partners: torch.Tensor, draws: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        import torch

        share = draws["share"].to(batch)
        return torch.lerp(partners, batch, share.reshape(-1, *(1 for _ in batch.shape[1:]))), share


class BetweenClass(genrekit.Mixer):
    """Two waveforms of different labels, mixed so that the louder one does not drown the other.

    Tokozume, Ushiku & Harada, "Learning from between-class examples for deep sound recognition", ICLR 2018. The ratio
    is uniform; the gain follows from it and from both levels, and the mixture keeps the energy. A level is that of the
    loudest frame; unlike the paper's, it is not A-weighted.
    """

    partners: ClassVar[Literal["any", "other-class"]] = "other-class"

    use: Literal["between-class"] = "between-class"
    on: Literal["waveform"] = genrekit.Field("waveform", description="what it changes; levels are of waveforms")
    frame_length: int = genrekit.Field(4096, ge=2, description="samples over which a level is measured")
    probability: float = genrekit.Field(1.0, ge=0, le=1, description="the chance that a clip is mixed in an epoch")

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, float]:
        return {"ratio": rng.uniform()}

    def mix(
        self, batch: torch.Tensor, partners: torch.Tensor, draws: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        ratio = draws["ratio"].to(batch)
        difference = peak_level_db(batch, self.frame_length) - peak_level_db(partners, self.frame_length)
        gain = own_gain(ratio, difference)[:, None]
        energy = (gain.square() + (1 - gain).square()).sqrt()
        return (gain * batch + (1 - gain) * partners) / energy, ratio


def own_gain(ratio: torch.Tensor, difference_db: torch.Tensor) -> torch.Tensor:
    """What a waveform that is ``difference_db`` louder is multiplied by to have a ``ratio`` of what is heard, 0 to 1.

    The paper's p = 1 / (1 + 10^(difference / 20) · (1 - r) / r), without its division by zero.
    """
    return ratio / (ratio + 10 ** (difference_db / 20) * (1 - ratio))


def peak_level_db(waveforms: torch.Tensor, frame_length: int) -> torch.Tensor:
    """The level of the loudest frame of each of ``waveforms`` [n, samples], in dB of full scale; hop: half a frame."""
    from torch.nn import functional

    length = min(frame_length, waveforms.shape[-1])
    power = functional.avg_pool1d(waveforms.square()[:, None], length, max(1, length // 2))[:, 0].amax(dim=1)
    return 10 * power.clamp(min=10 ** (QUIETEST_DB / 10)).log10()


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(Mixup)
    register(BetweenClass)
