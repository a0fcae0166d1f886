"""The ``background`` augmenter: what is still of its class with other sound behind it."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import model_validator

import genrekit
from genrekit import audio

if TYPE_CHECKING:
    import numpy as np
    import torch


class Background(genrekit.Augmenter):
    """Adds a stretch of a recording from a folder, at a ratio of signal to noise drawn uniformly in decibels.

    Such as noise, rooms or crowds: Snyder, Chen & Povey, "MUSAN: a music, speech, and noise corpus", 2015. Which file,
    and where in it, depends on the folder's paths in their order and on the clip's own draw. A shorter recording is
    repeated. A silent clip, or a silent stretch, leaves the clip as it was.
    """

    use: Literal["background"] = "background"
    on: Literal["waveform"] = genrekit.Field("waveform", description="what it changes; recordings are waveforms")
    folder: genrekit.RecipePath = genrekit.Field(description="folder below which recordings are looked for")
    sample_rate: int = genrekit.Field(ge=1000, le=384000, description="the sample rate in Hz of the recipe's features")
    min_snr_db: float = genrekit.Field(5.0, ge=-60, le=100, description="loudest: dB that the clip is above it")
    max_snr_db: float = genrekit.Field(30.0, ge=-60, le=100, description="quietest: dB that the clip is above it")

    @model_validator(mode="after")
    def _ratios_fit(self) -> Self:
        if self.min_snr_db > self.max_snr_db:
            raise ValueError(f"min_snr_db {self.min_snr_db:g} must not be above max_snr_db {self.max_snr_db:g}")
        return self

    @classmethod
    def example(cls, folder: Path) -> Self:
        from genrekit.testing import write_tones

        return cls(folder=write_tones(folder), sample_rate=8000)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, Any]:
        """Raises `genrekit.DataError` if the folder holds no audio."""
        paths = recordings(self.folder)
        path = paths[int(rng.integers(len(paths)))]
        stretch = repeated(recording(path, self.sample_rate), float(rng.uniform()), shape[-1])
        return {"background": stretch, "snr_db": rng.uniform(self.min_snr_db, self.max_snr_db)}

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        import torch

        added, ratio = draws["background"].to(batch), draws["snr_db"].to(batch)[:, None]
        power, behind = batch.square().mean(1, keepdim=True), added.square().mean(1, keepdim=True)
        gain = (power / behind).sqrt() * 10 ** (-ratio / 20)
        return batch + added * torch.where(behind > 0, gain, 0.0)


@functools.lru_cache(maxsize=16)
def recordings(folder: Path) -> tuple[Path, ...]:
    """The audio files below ``folder``, sorted by path."""
    found = tuple(genrekit.audio_files(folder)) if folder.is_dir() else ()
    if not found:
        raise genrekit.DataError(f"augmenter 'background': {folder} holds no audio", hint="augment.folder")
    return found


@functools.lru_cache(maxsize=256)
def recording(path: Path, sample_rate: int) -> np.ndarray:
    """Mono float32 [samples]. The last ones used stay in memory."""
    return audio.read(path, sample_rate)


def repeated(waveform: np.ndarray, place: float, samples: int) -> np.ndarray:
    """``samples`` of ``waveform``, from ``place`` (0 to 1) of where they can begin; a shorter one goes round."""
    import numpy as np

    if len(waveform) <= samples:
        start = int(place * len(waveform))
        return waveform[(start + np.arange(samples)) % len(waveform)]
    start = int(place * (len(waveform) - samples + 1))
    return waveform[start : start + samples]


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(Background)
