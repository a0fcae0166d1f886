"""The ``crnn`` model: convolutions find shapes in the spectrogram, a GRU follows them through time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import genrekit

if TYPE_CHECKING:
    from torch import nn

Width = Annotated[int, genrekit.Field(ge=1, le=8192)]


class Crnn(genrekit.Model):
    """Convolutional recurrent network.  features [batch, channels, bins, frames] -> logits [batch, classes]

    Each stage is Conv 3x3, BatchNorm, ReLU, MaxPool 2 and so halves bins and frames. A GRU reads what is left frame by
    frame; its final states go through Linear, ReLU, Dropout and Linear to the classes
    (after Choi et al., "Convolutional recurrent neural networks for music classification", ICASSP 2017).

    The defaults on ``log-mel``'s [1, 128, 1280]: stages to [256, 16, 160], GRU over 160 frames of 4096, 2 x 128 states
    joined to 256; 3,946,762 parameters for ten classes.
    """

    use: Literal["crnn"] = "crnn"
    channels: tuple[Width, ...] = genrekit.Field(
        (64, 128, 256), min_length=1, max_length=12, description="channels of each convolution stage; one stage each"
    )
    hidden_size: int = genrekit.Field(128, ge=1, le=8192, description="GRU units in each direction")
    gru_layers: int = genrekit.Field(2, ge=1, le=16, description="GRU layers on top of each other")
    bidirectional: bool = genrekit.Field(True, description="whether a second GRU reads the frames backwards")
    head_size: int = genrekit.Field(128, ge=1, le=65536, description="units between the GRU and the classes")
    dropout: float = genrekit.Field(0.5, ge=0, lt=1, description="share of those units silenced in each training step")

    def check(self, shape: genrekit.FeatureShape, classes: int) -> None:
        if classes < 2:
            raise ValueError(f"{classes} class leaves nothing to tell apart; the data set needs at least 2 labels")
        stages = len(self.channels)
        least = 2**stages
        for name, size in (("frames", shape.frames), ("bins", shape.bins)):
            if size < least:
                raise ValueError(
                    f"{name} {size} are halved {stages} times, once by each of channels {list(self.channels)}, and "
                    f"nothing is left; need at least {least}: raise the features' {name}, or give fewer channels"
                )

    def build(self, shape: genrekit.FeatureShape, classes: int) -> nn.Module:
        from genrekit_builtins._crnn_module import Crnn as Module

        self.check(shape, classes)
        return Module(self, shape, classes)


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(Crnn)
