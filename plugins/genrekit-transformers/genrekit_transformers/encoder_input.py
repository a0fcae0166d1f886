"""The ``encoder-input`` features: what an encoder is fed with, for models that fine-tune it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import genrekit
from genrekit_transformers.example import example_checkpoint
from genrekit_transformers.windows import Windowed

if TYPE_CHECKING:
    from torch import nn


class EncoderInput(Windowed):
    """What the encoder of a checkpoint takes.  waveform [batch, samples] -> [batch, 1, bins, frames]

    Of AST, a log mel filter bank, padded to the frames that it was made for; of Whisper, a log-mel spectrogram of 30 s;
    of wav2vec2, HuBERT and WavLM the waveform itself, [batch, 1, 1, samples], normalised as the checkpoint wants it.
    The same as transformers' own feature extractors give, but as a part of the bundle's graph.
    """

    any_length: ClassVar[bool] = True

    use: Literal["encoder-input"] = "encoder-input"

    @classmethod
    def example(cls, folder: Path) -> Self:
        return cls(folder=example_checkpoint(folder, "whisper"), seconds=1.0)

    def output_shape(self) -> genrekit.FeatureShape | None:
        encoder = self.fitting_encoder(download=False)
        return encoder.input_shape(self.window_samples()) if encoder else None

    def build(self) -> nn.Module:
        from genrekit_transformers._input import Input

        return Input(self)
