"""The torch module behind `crnn`. Imported by its ``build`` only, since it imports torch."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    import genrekit
    from genrekit_builtins.crnn import Crnn as Options


class Crnn(nn.Module):
    """features [batch, channels, bins, frames] -> logits float32 [batch, classes]."""

    def __init__(self, options: Options, shape: genrekit.FeatureShape, classes: int) -> None:
        super().__init__()
        widths = pairwise((shape.channels, *options.channels))
        self.stages = nn.Sequential(*(stage(inputs, outputs) for inputs, outputs in widths))
        self.gru = nn.GRU(
            options.channels[-1] * (shape.bins >> len(options.channels)),
            options.hidden_size,
            num_layers=options.gru_layers,
            bidirectional=options.bidirectional,
            batch_first=True,
        )
        self.directions = 2 if options.bidirectional else 1
        self.head = nn.Sequential(
            nn.Linear(options.hidden_size * self.directions, options.head_size),
            nn.ReLU(),
            nn.Dropout(options.dropout),
            nn.Linear(options.head_size, classes),
        )

    def forward(self, features: Tensor) -> Tensor:
        maps = self.stages(features)  # [batch, channels, bins, frames], bins and frames halved by each stage
        frames = maps.permute(0, 3, 1, 2).flatten(2)  # [batch, frames, channels * bins]
        logits: Tensor = self.head(self.last_states(frames))
        return logits.float()

    def last_states(self, frames: Tensor) -> Tensor:
        """The last layer's final state of each direction, joined: [batch, directions * hidden]."""
        # Outside CUDA a GRU takes no part in autocast and fails when handed bfloat16 beside its float32 weights.
        with torch.autocast(frames.device.type, enabled=False):
            _, states = self.gru(frames.to(next(self.head.parameters()).dtype))
        return torch.cat(states[-self.directions :].unbind(0), dim=1)


def stage(inputs: int, outputs: int) -> nn.Sequential:
    """[batch, inputs, bins, frames] -> [batch, outputs, bins // 2, frames // 2]."""
    convolution = nn.Conv2d(inputs, outputs, kernel_size=3, padding=1)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2))
