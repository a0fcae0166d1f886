"""What every mel spectrogram's options share: the bands, their limits, and how options that do not fit are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Self

from pydantic import model_validator

import genrekit


class MelBands(genrekit.FeatureExtractor):
    """Mel bands between two frequencies, of any number of frames."""

    any_length: ClassVar[bool] = True

    n_mels: int = genrekit.Field(128, ge=2, le=1024, description="mel bands")
    frames: int = genrekit.Field(
        1280, ge=1, le=1_000_000, description="frames after cropping or padding; decides the window's length"
    )
    f_min: float = genrekit.Field(0.0, ge=0, description="lowest frequency of the mel bands, in Hz")
    f_max: float | None = genrekit.Field(
        None, gt=0, description="highest frequency of the mel bands, in Hz; none: half the sample rate"
    )

    def highest_hz(self) -> float:
        """The upper edge of the highest band, in Hz."""
        return float(self.sample_rate // 2) if self.f_max is None else self.f_max

    @staticmethod
    def least_samples(n_fft: int) -> int:
        """What centred frames need: an edge of n_fft // 2 samples can only be reflected from a longer waveform."""
        return n_fft // 2 + 1

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        problems = list(self.problems())
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def problems(self) -> Iterator[str]:
        """What is wrong between options that are each fine alone."""
        if self.highest_hz() > self.sample_rate // 2:
            yield f"f_max {self.f_max:g} Hz is above half the sample_rate, {self.sample_rate // 2} Hz"
        elif self.f_min >= self.highest_hz():
            yield f"f_min {self.f_min:g} Hz is not below f_max, {self.highest_hz():g} Hz"
        else:
            yield from self.empty_bands()

    def empty_bands(self) -> Iterator[str]:
        """Where a band lies between two FFT bins, and so would hold nothing."""
        yield from ()
