"""The options of mel features whose times are in milliseconds, so that one recipe serves any sample rate."""

from __future__ import annotations

from collections.abc import Iterator

import genrekit
from genrekit_builtins.mel_bands import MelBands
from genrekit_builtins.mel_filters import empty_filter

LARGEST_FFT = 65536


class TimedMel(MelBands):
    """A power mel spectrogram: HTK mel scale, Hann window, frames centred with reflected edges.

    The FFT's length is the smallest power of two that is at least twice the window's and leaves no mel band empty; what
    is beyond the window is zeros, which only reads the spectrum at more places.
    """

    window_ms: float = genrekit.Field(32.0, gt=0, le=1000, description="length of an analysis window, in milliseconds")
    hop_ms: float = genrekit.Field(16.0, gt=0, le=1000, description="from one frame to the next, in milliseconds")
    n_mels: int = genrekit.Field(64, ge=2, le=1024, description="mel bands")
    frames: int = genrekit.Field(
        250, ge=1, le=1_000_000, description="frames after cropping or padding; decides the window's length"
    )
    f_min: float = genrekit.Field(50.0, ge=0, description="lowest frequency of the mel bands, in Hz")

    def window_length(self) -> int:
        """Samples in an analysis window."""
        return max(2, round(self.window_ms * self.sample_rate / 1000))

    def hop_length(self) -> int:
        """Samples from one frame to the next."""
        return max(1, round(self.hop_ms * self.sample_rate / 1000))

    def n_fft(self) -> int:
        """The FFT's length."""
        n_fft = 16
        while n_fft < 2 * self.window_length() or (n_fft < LARGEST_FFT and self._leaves_empty(n_fft)):
            n_fft *= 2
        return n_fft

    def _leaves_empty(self, n_fft: int) -> bool:
        return empty_filter(self.n_mels, n_fft, self.sample_rate, self.f_min, self.highest_hz()) is not None

    def window_samples(self) -> int:
        return self.frames * self.hop_length()

    def minimum_samples(self) -> int:
        return self.least_samples(self.n_fft())

    def output_shape(self) -> genrekit.FeatureShape:
        return genrekit.FeatureShape(1, self.n_mels, self.frames)

    def problems(self) -> Iterator[str]:
        if self.hop_ms > self.window_ms:
            yield (
                f"hop_ms {self.hop_ms:g} is more than window_ms {self.window_ms:g}, so the samples between two windows "
                "would never be seen: lower hop_ms or raise window_ms"
            )
        yield from super().problems()

    def empty_bands(self) -> Iterator[str]:
        if self._leaves_empty(self.n_fft()):
            yield (
                f"n_mels {self.n_mels} are too many between f_min {self.f_min:g} and f_max {self.highest_hz():g} Hz: "
                "lower n_mels"
            )
