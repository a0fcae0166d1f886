"""The torch module behind `residual-crnn`. Imported by its ``build`` only, since it imports torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from genrekit_builtins._bin_statistics import bin_statistics
from genrekit_builtins._pooling import BinProjection, statistics
from genrekit_builtins._resnet_module import bins_left, residual_stages

if TYPE_CHECKING:
    import genrekit
    from genrekit_builtins.residual_crnn import ResidualCrnn as Options


class ResidualCrnn(nn.Module):
    """features [batch, channels, bins, frames] -> logits float32 [batch, classes]."""

    def __init__(self, options: Options, shape: genrekit.FeatureShape, classes: int) -> None:
        super().__init__()
        self.normalise = bin_statistics(options.normalise, shape)
        self.stages = residual_stages(shape.channels, options.channels, options.blocks, options.stride)
        size = options.hidden_size * (2 if options.bidirectional else 1)
        bins = bins_left(shape.bins, options.channels, options.stride)
        self.bins = BinProjection(options.channels[-1], bins, size, options.dropout)
        self.gru = nn.GRU(
            size,
            options.hidden_size,
            num_layers=options.gru_layers,
            bidirectional=options.bidirectional,
            batch_first=True,
        )
        self.pool, width = statistics(options.pooling, size)
        self.dropout = nn.Dropout(options.dropout)
        self.head = nn.Linear(width, classes)

    def forward(self, features: Tensor) -> Tensor:
        maps = self.stages(self.normalise(features))
        logits: Tensor = self.head(self.dropout(self.pool(self._outputs(self.bins(maps)))))
        return logits.float()

    def _outputs(self, frames: Tensor) -> Tensor:
        # Outside CUDA a GRU takes no part in autocast and fails when handed bfloat16 beside its float32 weights.
        with torch.autocast(frames.device.type, enabled=False):
            outputs: Tensor = self.gru(frames.to(self.head.weight.dtype))[0]
        return outputs
