"""The ``transformer`` model: a pretrained encoder that is trained further."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import genrekit
from genrekit_transformers.checkpoint import Checkpoint
from genrekit_transformers.example import example_checkpoint
from genrekit_transformers.families import Encoder
from genrekit_transformers.head import refuse_one_class

if TYPE_CHECKING:
    from torch import nn


class Transformer(Checkpoint, genrekit.Model):
    """Pretrained encoder, fine-tuned.  features [batch, 1, bins, frames] -> logits [batch, classes]

    AST, wav2vec2, HuBERT, WavLM or Whisper's encoder, then pooling over time and one linear layer. Its features are
    ``encoder-input`` of the same checkpoint. Nothing is masked and no layer left out in training: augmenters do that,
    drawn like all else.
    """

    use: Literal["transformer"] = "transformer"
    pooling: Literal["mean", "mean-deviation", "attention", "token"] = genrekit.Field(
        "mean", description="over time. attention: a mean with learned weights. token: AST's own tokens for the whole"
    )
    dropout: float = genrekit.Field(0.1, ge=0, lt=1, description="share silenced before the last layer in training")
    layer_decay: float = genrekit.Field(
        1.0, gt=0, le=1, description="a layer's learning rate is this times that of the layer above it; 1: all the same"
    )
    frozen_layers: int = genrekit.Field(
        0, ge=0, le=1000, description="so many transformer layers, from the first, stay as they are, and what is below"
    )
    freeze_convolutions: bool = genrekit.Field(
        True, description="whether the convolutions over the waveform of wav2vec2, HuBERT and WavLM stay as they are"
    )

    @classmethod
    def example(cls, folder: Path) -> Self:
        return cls(folder=example_checkpoint(folder, "wav2vec2"), layer_decay=0.8)

    def check(self, shape: genrekit.FeatureShape, classes: int) -> None:
        refuse_one_class(classes)
        encoder = self.known_encoder()
        if encoder is not None:
            self.check_encoder(encoder, shape)

    def check_encoder(self, encoder: Encoder, shape: genrekit.FeatureShape) -> None:
        """ValueError where the options, the encoder and the features do not go together."""
        problem = encoder.takes(shape)
        if problem:
            raise ValueError(f'{problem}: let [features] be use = "encoder-input" with the same checkpoint')
        if self.pooling == "token" and not encoder.has_tokens:
            raise ValueError(
                f"pooling token is for AST: {encoder.family} has no tokens for the whole; mean, for example"
            )
        if self.frozen_layers > encoder.layers:
            raise ValueError(f"frozen_layers {self.frozen_layers} is more than the {encoder.layers} layers there are")

    def build(self, shape: genrekit.FeatureShape, classes: int) -> nn.Module:
        from genrekit_transformers._finetuned import FineTuned

        return FineTuned(self, shape, classes)

    def learning_rates(self, network: nn.Module) -> Mapping[str, float]:
        if self.layer_decay == 1:
            return {}
        from genrekit_transformers._finetuned import FineTuned, layers_above

        assert isinstance(network, FineTuned)
        return {name: self.layer_decay**above for name, above in layers_above(network).items()}
