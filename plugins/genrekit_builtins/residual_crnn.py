"""The ``residual-crnn`` model: residual convolutions find shapes, a GRU follows them, all frames have a say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import genrekit
from genrekit_builtins.resnet import refuse_one_class

if TYPE_CHECKING:
    from torch import nn

Width = Annotated[int, genrekit.Field(ge=1, le=8192)]
Stride = Annotated[int, genrekit.Field(ge=1, le=16)]


class ResidualCrnn(genrekit.Model):
    """Residual convolutions and a GRU, pooled over frames.  [batch, channels, bins, frames] -> logits [batch, classes]

    The stages are `resnet`'s. Bins are not averaged away but go, channel by channel, through Linear and ReLU to the
    GRU's input, so that the model knows where on the frequency axis a shape was; any number of frames will do. The
    GRU's outputs are pooled over frames, then Dropout and Linear lead to the classes.

    Convolutions and GRU: Choi et al., "Convolutional recurrent neural networks for music classification", ICASSP 2017.
    Blocks: He et al., "Deep residual learning for image recognition", CVPR 2016. Pooling by attention: Okabe, Koshinaka
    & Shinoda, "Attentive statistics pooling for deep speaker embedding", Interspeech 2018.
    """

    use: Literal["residual-crnn"] = "residual-crnn"
    channels: tuple[Width, ...] = genrekit.Field(
        (32, 64, 128), min_length=1, max_length=8, description="channels of each stage; the width of the network"
    )
    blocks: int = genrekit.Field(1, ge=1, le=32, description="residual blocks in each stage; the depth of the network")
    stride: tuple[Stride, Stride] = genrekit.Field(
        (2, 2), description="bins and frames from one place of the first convolution to the next"
    )
    hidden_size: int = genrekit.Field(64, ge=1, le=8192, description="GRU units in each direction")
    gru_layers: int = genrekit.Field(1, ge=1, le=16, description="GRU layers on top of each other")
    bidirectional: bool = genrekit.Field(True, description="whether a second GRU reads the frames backwards")
    normalise: Literal["none", "bins"] = genrekit.Field(
        "none", description="bins: each bin minus its mean and divided by its deviation over the training part"
    )
    pooling: Literal["mean-max", "attention"] = genrekit.Field(
        "attention",
        description="mean-max: mean and maximum over frames. attention: mean and deviation weighted by attention",
    )
    dropout: float = genrekit.Field(
        0.3, ge=0, lt=1, description="share silenced in a training step, of what enters the GRU and of what is pooled"
    )

    def check(self, shape: genrekit.FeatureShape, classes: int) -> None:
        refuse_one_class(classes)

    def build(self, shape: genrekit.FeatureShape, classes: int) -> nn.Module:
        from genrekit_builtins._residual_crnn_module import ResidualCrnn as Module

        self.check(shape, classes)
        return Module(self, shape, classes)


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(ResidualCrnn)
