"""Energies of the Haar wavelet transform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import genrekit

if TYPE_CHECKING:
    import torch

FRAMES = 16


class Haar(genrekit.FeatureExtractor):
    """Log energies of Haar wavelets, scale by scale. Waveform [batch, 4096] -> [batch, 1, scales, 16]."""

    use: Literal["haar"] = "haar"
    sample_rate: int = genrekit.Field(8000, description="sample rate in Hz")
    scales: int = genrekit.Field(6, ge=1, le=8, description="how often the signal is halved")

    def window_samples(self) -> int:
        """About half a second."""
        return 4096

    def output_shape(self) -> genrekit.FeatureShape:
        """One channel."""
        return genrekit.FeatureShape(1, self.scales, FRAMES)

    def build(self) -> torch.nn.Module:
        """A module without weights."""
        from genrekit_haar._haar_module import HaarEnergies

        return HaarEnergies(self.scales, FRAMES)
