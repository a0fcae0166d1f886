"""The ``resnet`` model: a small residual network over the spectrogram, sized by its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import genrekit

if TYPE_CHECKING:
    from torch import nn

Width = Annotated[int, genrekit.Field(ge=1, le=8192)]
Stride = Annotated[int, genrekit.Field(ge=1, le=16)]


class ResNet(genrekit.Model):
    """Residual convolutional network.  features [batch, channels, bins, frames] -> logits [batch, classes]

    A strided convolution, then for each entry of ``channels`` a stage of residual blocks (Conv 3x3, BatchNorm, ReLU,
    Conv 3x3, BatchNorm, plus the input, ReLU); each stage but the first halves bins and frames. What is left is joined
    over bins, then pooled over frames, so any number of frames will do.

    He et al., "Deep residual learning for image recognition", CVPR 2016; a shortcut that halves averages first, as in
    He et al., "Bag of tricks for image classification with convolutional neural networks", CVPR 2019, which also has
    each block begin as the identity. Pooling by attention: Okabe, Koshinaka & Shinoda, "Attentive statistics pooling
    for deep speaker embedding", Interspeech 2018.
    """

    use: Literal["resnet"] = "resnet"
    channels: tuple[Width, ...] = genrekit.Field(
        (32, 64, 128), min_length=1, max_length=8, description="channels of each stage; the width of the network"
    )
    blocks: int = genrekit.Field(1, ge=1, le=32, description="residual blocks in each stage; the depth of the network")
    stride: tuple[Stride, Stride] = genrekit.Field(
        (2, 2), description="bins and frames from one place of the first convolution to the next"
    )
    normalise: Literal["none", "bins"] = genrekit.Field(
        "none", description="bins: each bin minus its mean and divided by its deviation over the training part"
    )
    bins: Literal["mean", "linear"] = genrekit.Field(
        "mean", description="how bins are joined. mean: wherever a shape is. linear: by weights, so that it matters"
    )
    pooling: Literal["mean", "mean-max", "attention"] = genrekit.Field(
        "mean", description="how frames are. mean-max: mean and maximum. attention: weighted mean and deviation"
    )
    dropout: float = genrekit.Field(0.0, ge=0, lt=1, description="share of what is pooled silenced in a training step")

    def check(self, shape: genrekit.FeatureShape, classes: int) -> None:
        refuse_one_class(classes)

    def build(self, shape: genrekit.FeatureShape, classes: int) -> nn.Module:
        from genrekit_builtins._resnet_module import ResNet as Module

        self.check(shape, classes)
        return Module(self, shape, classes)


def refuse_one_class(classes: int) -> None:
    """ValueError where there is nothing to tell apart."""
    if classes < 2:
        raise ValueError(f"{classes} class leaves nothing to tell apart; the data set needs at least 2 labels")


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(ResNet)
