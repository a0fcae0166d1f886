"""The ``transformer-embeddings`` features: what a frozen encoder makes of a sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import genrekit
from genrekit_transformers.example import example_checkpoint
from genrekit_transformers.families import Encoder
from genrekit_transformers.windows import Windowed

if TYPE_CHECKING:
    from torch import nn

Layer = Annotated[int, genrekit.Field(ge=-1000, le=1000)]


class Embeddings(Windowed):
    """Hidden states of a frozen encoder.  waveform [batch, samples] -> [batch, layers, size, frames]

    AST (Gong et al., Interspeech 2021), wav2vec 2.0 (Baevski et al., NeurIPS 2020), HuBERT (Hsu et al., TASLP 2021),
    WavLM (Chen et al., JSTSP 2022) and Whisper (Radford et al., ICML 2023), with transformers. Computed once and
    stored, like any features: training a model on them, ``embedding-head`` for one, takes seconds.

    The default is the last layer's mean over the recording: [batch, 1, 768, 1] for most. The padding that AST and
    Whisper put behind shorter recordings is not averaged.
    """

    any_length: ClassVar[bool] = True

    use: Literal["transformer-embeddings"] = "transformer-embeddings"
    layers: tuple[Layer, ...] | Literal["all"] = genrekit.Field(
        (-1,),
        description="whose states, each a channel: 0 is the transformer's input, 1 its first layer, -1 its last; "
        '"all" for a head that weighs them',
    )
    pooling: Literal["mean", "mean-deviation", "token", "none"] = genrekit.Field(
        "mean",
        description="over time. mean-deviation: twice the size. token: AST's own tokens for the whole. "
        "none: a frame for each step of time, 20 ms for most",
    )

    @classmethod
    def example(cls, folder: Path) -> Self:
        return cls(folder=example_checkpoint(folder, "wavlm"), seconds=0.5, layers=(0, -1), pooling="none")

    def chosen_layers(self, encoder: Encoder) -> list[int]:
        """Layers from 0 on; ValueError if there are none such."""
        count = encoder.layers + 1
        asked = range(count) if self.layers == "all" else self.layers
        odd = [layer for layer in asked if not -count <= layer < count]
        if odd or not asked:
            there = f"the checkpoint has layers 0 to {encoder.layers}"
            raise ValueError(f"{there}, and no {odd[0]}" if odd else f"layers is empty; {there}")
        return [layer % count for layer in asked]

    def shape_of(self, encoder: Encoder) -> genrekit.FeatureShape:
        """The features' shape; ValueError if the options do not go together."""
        layers = len(self.chosen_layers(encoder))
        if self.pooling == "token" and not encoder.has_tokens:
            raise ValueError(
                f"pooling token is for AST: {encoder.family} has no tokens for the whole; mean, for example"
            )
        size = encoder.hidden * (2 if self.pooling == "mean-deviation" else 1)
        return genrekit.FeatureShape(
            layers, size, encoder.frames(self.window_samples()) if self.pooling == "none" else 1
        )

    def output_shape(self) -> genrekit.FeatureShape | None:
        encoder = self.fitting_encoder(download=False)
        return self.shape_of(encoder) if encoder else None

    def build(self) -> nn.Module:
        from genrekit_transformers._embedder import Embedder

        return Embedder(self)
