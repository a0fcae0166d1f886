"""The ``log-mel`` features: what a spectrogram CNN for music usually sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import genrekit
from genrekit_builtins.mel_options import MelOptions

if TYPE_CHECKING:
    from torch import nn


class LogMel(MelOptions):
    """Log-mel spectrogram, normalised per clip.  waveform [batch, samples] -> [batch, 1, n_mels, frames]

    torchaudio's MelSpectrogram (power), in decibels down to -100, minus the clip's mean and divided by its standard
    deviation over all bands and frames, then cropped or zero-padded to ``frames``. In that order, so padding sits at
    the clip's mean and never enters it. A silent clip gives zeros.

    The defaults hold 29.7 s: 30 s clips lose 0.3 s at the end.
    """

    use: Literal["log-mel"] = "log-mel"

    def output_shape(self) -> genrekit.FeatureShape:
        return genrekit.FeatureShape(1, self.n_mels, self.frames)

    def build(self) -> nn.Module:
        from genrekit_builtins._mel_modules import LogMel as Module

        return Module(self)


@genrekit.hookimpl
def register_features(register: Any) -> None:
    register(LogMel)
