"""The options of a mel spectrogram, shared by every feature that starts from one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal, Self

import genrekit
from genrekit_builtins.mel_bands import MelBands
from genrekit_builtins.mel_filters import empty_filter, most_filters


class MelOptions(MelBands):
    """A power mel spectrogram in decibels: HTK mel scale, Hann window, frames centred with reflected edges."""

    stored_as: ClassVar[Literal["float16", "float32"]] = "float16"

    n_fft: int = genrekit.Field(2048, ge=16, le=65536, description="samples in one analysis window, and FFT length")
    hop_length: int = genrekit.Field(512, ge=1, le=65536, description="samples from one frame to the next")

    @classmethod
    def example(cls, folder: Path) -> Self:
        small = {"sample_rate": 8000, "n_fft": 1024, "hop_length": 256, "n_mels": 40, "frames": 32}
        return cls.model_validate(small)

    def window_samples(self) -> int:
        return self.frames * self.hop_length

    def minimum_samples(self) -> int:
        return self.least_samples(self.n_fft)

    def problems(self) -> Iterator[str]:
        if self.hop_length > self.n_fft:
            yield (
                f"hop_length {self.hop_length} is more than n_fft {self.n_fft}, so the samples between two windows "
                "would never be seen: lower hop_length or raise n_fft"
            )
        if self.window_samples() < self.minimum_samples():
            yield (
                f"frames {self.frames} times hop_length {self.hop_length} is {self.window_samples()} samples, not more "
                f"than half of n_fft {self.n_fft}: raise frames or lower n_fft"
            )
        yield from super().problems()

    def empty_bands(self) -> Iterator[str]:
        grid = (self.n_fft, self.sample_rate, self.f_min, self.highest_hz())
        empty = empty_filter(self.n_mels, *grid)
        if empty:
            fewer = most_filters(self.n_mels, *grid)
            yield (
                f"n_mels {self.n_mels} are too many for n_fft {self.n_fft}: band {empty.number} "
                f"({empty.low:.4g} to {empty.high:.4g} Hz) lies between two FFT bins, which are "
                f"{self.sample_rate / self.n_fft:.4g} Hz apart: "
                f"{f'n_mels {fewer} would do, or ' if fewer else ''}raise n_fft"
            )
