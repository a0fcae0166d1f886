"""The ``mfcc`` features: the compact classic of speech recognition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import genrekit
from genrekit_builtins.mel_options import MelOptions

if TYPE_CHECKING:
    from torch import nn


class Mfcc(MelOptions):
    """Mel-frequency cepstral coefficients.  waveform [batch, samples] -> [batch, 1, n_mfcc, frames]

    The type-II discrete cosine transform (orthonormal) of ``log-mel``'s decibels along the mel axis
    (Davis & Mermelstein, 1980), then normalised, cropped or padded as ``log-mel`` does.
    """

    use: Literal["mfcc"] = "mfcc"
    n_mfcc: int = genrekit.Field(40, ge=2, le=1024, description="cepstral coefficients kept, from the 0th on")

    def problems(self) -> Iterator[str]:
        yield from super().problems()
        if self.n_mfcc > self.n_mels:
            yield f"n_mfcc {self.n_mfcc} is more than n_mels {self.n_mels}: lower n_mfcc or raise n_mels"

    def output_shape(self) -> genrekit.FeatureShape:
        return genrekit.FeatureShape(1, self.n_mfcc, self.frames)

    def build(self) -> nn.Module:
        from genrekit_builtins._mel_modules import Mfcc as Module

        return Module(self, self.n_mfcc)


@genrekit.hookimpl
def register_features(register: Any) -> None:
    register(Mfcc)
