"""The ``timm`` model: any network of PyTorch Image Models, looking at a spectrogram as at a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import model_validator

import genrekit
from genrekit_timm.names import ModelName, has_weights

if TYPE_CHECKING:
    from torch import nn

LEAST = 32
"""Bins and frames that features have at least: most networks halve both five times."""

Side = Annotated[int, genrekit.Field(ge=LEAST, le=4096)]


class Timm(genrekit.Model):
    """Any timm network.  features [batch, channels, bins, frames] -> logits [batch, classes]

    R. Wightman, "PyTorch Image Models" (https://github.com/huggingface/pytorch-image-models). The spectrogram is the
    picture: bins are its height, frames its width. Pretrained weights are of three-channel pictures; a spectrogram has
    one channel, for which timm adds up the first layer's weights. They were trained on inputs normalised to about mean
    0 and deviation 1, which is how ``log-mel`` normalises.
    """

    use: Literal["timm"] = "timm"
    architecture: ModelName = genrekit.Field(
        "resnet18", description='the network, as timm calls it, pretrained weights after a dot: "resnet50.a1_in1k"'
    )
    pretrained: bool = genrekit.Field(False, description="begin with timm's weights, downloaded once; else at random")
    weights: genrekit.RecipePath | None = genrekit.Field(
        None, description="begin with these weights of the same network: a .safetensors file, for machines offline"
    )
    input_channels: Literal[1, 3] | None = genrekit.Field(
        None, description="channels that the network sees; 3 repeats one channel. none: those that the features have"
    )
    image_size: tuple[Side, Side] | None = genrekit.Field(
        None, description="bins and frames that features are stretched to (bilinear); none: as they are"
    )
    frozen: bool = genrekit.Field(False, description="whether only the classifier learns, and all else stays as it is")
    layer_decay: float = genrekit.Field(
        1.0, gt=0, le=1, description="a layer's learning rate is this times that of the layer above it; 1: all the same"
    )
    dropout: float = genrekit.Field(0.0, ge=0, lt=1, description="share silenced before the classifier in training")
    drop_path: float | None = genrekit.Field(
        None, ge=0, lt=1, description="share of residual branches left out in training; none: the network has no such"
    )

    @classmethod
    def example(cls, folder: Path) -> Self:
        return cls.model_validate({"architecture": "test_resnet", "layer_decay": 0.75})

    @model_validator(mode="after")
    def _weights_exist(self) -> Self:
        if self.pretrained and self.weights:
            raise ValueError("pretrained and weights are two origins of weights: keep one")
        if self.pretrained and not has_weights(self.architecture):
            raise ValueError(f"timm has no pretrained weights of {self.architecture}")
        return self

    def identity(self) -> dict[str, Any]:
        if self.weights is None:
            return super().identity()
        from genrekit_timm.content import content_of

        return super().identity() | {"weights": content_of(self.weights)}

    def portable(self) -> Self:
        return self.model_copy(update={"pretrained": False, "weights": None})

    def check(self, shape: genrekit.FeatureShape, classes: int) -> None:
        if classes < 2:
            raise ValueError(f"{classes} class leaves nothing to tell apart; the data set needs at least 2 labels")
        if self.frozen and not (self.pretrained or self.weights):
            raise ValueError(
                "frozen keeps weights that were drawn at random: give pretrained = true or weights, or let it learn"
            )
        if self.input_channels and shape.channels not in {1, self.input_channels}:
            raise ValueError(f"input_channels {self.input_channels} cannot be made of {shape.channels} channels")
        bins, frames = self.size(shape)
        if min(bins, frames) < LEAST:
            raise ValueError(
                f"{bins} bins and {frames} frames are too small a picture; need at least {LEAST} of each: raise the "
                f"features' bins or frames, or set image_size, such as [128, 128]"
            )

    def size(self, shape: genrekit.FeatureShape) -> tuple[int, int]:
        """Bins and frames that the network sees."""
        return self.image_size or (shape.bins, shape.frames)

    def build(self, shape: genrekit.FeatureShape, classes: int) -> nn.Module:
        from genrekit_timm._backbone import make

        return make(self, shape, classes)

    def learning_rates(self, network: nn.Module) -> Mapping[str, float]:
        if self.layer_decay == 1 or self.frozen:
            return {}
        from genrekit_timm._layers import rates

        return rates(network, self.layer_decay)
