"""The torch module behind `resnet`. Imported by its ``build`` only, since it imports torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from genrekit_builtins._bin_statistics import bin_statistics
from genrekit_builtins._pooling import BinMeans, BinProjection, statistics

if TYPE_CHECKING:
    import genrekit
    from genrekit_builtins.resnet import ResNet as Options


class ResNet(nn.Module):
    """features [batch, channels, bins, frames] -> logits float32 [batch, classes]."""

    def __init__(self, options: Options, shape: genrekit.FeatureShape, classes: int) -> None:
        super().__init__()
        self.normalise = bin_statistics(options.normalise, shape)
        self.stages = residual_stages(shape.channels, options.channels, options.blocks, options.stride)
        size = options.channels[-1]
        bins = bins_left(shape.bins, options.channels, options.stride)
        self.bins = BinProjection(size, bins, size) if options.bins == "linear" else BinMeans()
        self.pool, width = statistics(options.pooling, size)
        self.head = nn.Sequential(nn.Dropout(options.dropout), nn.Linear(width, classes))

    def forward(self, features: Tensor) -> Tensor:
        maps = self.stages(self.normalise(features))
        logits: Tensor = self.head(self.pool(self.bins(maps)))
        return logits.float()


class Block(nn.Module):
    """[batch, inputs, bins, frames] -> [batch, outputs, ceil(bins / stride), ceil(frames / stride)]."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            last := nn.BatchNorm2d(outputs),
        )
        # The block begins as its shortcut: a deep network starts out as a shallow one.
        nn.init.zeros_(last.weight)
        self.shortcut = _shortcut(inputs, outputs, stride)

    def forward(self, maps: Tensor) -> Tensor:
        joined: Tensor = self.change(maps) + self.shortcut(maps)
        return joined.relu()


def _shortcut(inputs: int, outputs: int, stride: int) -> nn.Module:
    if stride == 1 and inputs == outputs:
        return nn.Identity()
    average = nn.AvgPool2d(stride, ceil_mode=True) if stride > 1 else nn.Identity()
    return nn.Sequential(average, nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


def residual_stages(inputs: int, channels: tuple[int, ...], blocks: int, stride: tuple[int, int]) -> nn.Sequential:
    """features [batch, inputs, bins, frames] -> maps [batch, channels[-1], fewer bins, fewer frames].

    Both axes are divided by ``stride`` and then halved by each stage but the first; what is odd is rounded up.
    """
    # Wide enough that neighbouring places overlap whatever the stride: 3 for 1 and 2, 7 for 4.
    kernel = (max(3, 2 * stride[0] - 1), max(3, 2 * stride[1] - 1))
    padding = (kernel[0] // 2, kernel[1] // 2)
    stem = nn.Conv2d(inputs, channels[0], kernel, stride=stride, padding=padding, bias=False)
    return nn.Sequential(stem, nn.BatchNorm2d(channels[0]), nn.ReLU(), *_blocks(channels, blocks))


def bins_left(bins: int, channels: tuple[int, ...], stride: tuple[int, int]) -> int:
    """The bins of what `residual_stages` gives."""
    for divisor in (stride[0], *(2 for _ in channels[1:])):
        bins = -(-bins // divisor)
    return bins


def _blocks(channels: tuple[int, ...], each: int) -> list[Block]:
    blocks, inputs = [], channels[0]
    for stage, outputs in enumerate(channels):
        for index in range(each):
            blocks.append(Block(inputs, outputs, stride=2 if stage and not index else 1))
            inputs = outputs
    return blocks
