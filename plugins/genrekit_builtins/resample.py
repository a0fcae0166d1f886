"""The ``resample`` augmenter: a recording played a little faster or slower, pitch and all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import genrekit

if TYPE_CHECKING:
    import numpy as np
    import torch


class Resample(genrekit.Augmenter):
    """Plays a waveform at another speed, so that pitch and tempo change together.

    Ko et al., "Audio augmentation for speech recognition", Interspeech 2015 (speed perturbation). Each clip is
    resampled on its device by a Fourier transform whose spectrum is cut off or zero-padded, which leaves no aliases;
    then its end is cropped or silence is added. Lengths are rounded to ones that
    transform fast (factors 2, 3 and 5), by 3 % at most for clips of more than 4,000 samples.
    """

    use: Literal["resample"] = "resample"
    on: Literal["waveform"] = genrekit.Field("waveform", description="what it changes; `stretch` changes features")
    amount: float = genrekit.Field(0.1, ge=0, le=3, description="largest change of speed: 0.1 is 1/1.1 to 1.1 times")

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, int]:
        widest = math.log1p(self.amount)
        return {"length": smooth_near(shape[-1] * math.exp(rng.uniform(-widest, widest)))}

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        import torch

        out = torch.zeros_like(batch)
        for row, clip, length in zip(out, batch, draws["length"].tolist(), strict=True):
            played = resampled(clip, length)[: len(row)]
            row[: len(played)] = played
        return out


def resampled(waveform: torch.Tensor, length: int) -> torch.Tensor:
    """``waveform`` [samples] as ``length`` samples over the same time, band-limited; it counts as periodic."""
    import torch

    samples = waveform.shape[-1]
    spectrum = torch.fft.rfft(waveform)[: length // 2 + 1]
    # Half the longer one's sample rate stands for both signs of that frequency; here it goes to neither.
    if (shorter := min(length, samples)) % 2 == 0 and length != samples:
        spectrum[shorter // 2] = 0
    played: torch.Tensor = torch.fft.irfft(spectrum, n=length) * (length / samples)
    return played


def smooth_near(length: float) -> int:
    """The whole number nearest to ``length`` that has no prime factor above 5.

    >>> [smooth_near(length) for length in (7, 22050.3, 160001)]
    [6, 22118, 160000]
    """
    target = max(1, round(length))
    for distance in range(target):
        for candidate in (target - distance, target + distance):
            if _is_smooth(candidate):
                return candidate
    return 1


def _is_smooth(number: int) -> bool:
    for factor in (2, 3, 5):
        while number % factor == 0:
            number //= factor
    return number == 1


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(Resample)
