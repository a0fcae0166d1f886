"""The module of ``encoder-input``. Imports torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from genrekit_transformers._frontends import fitted, frontend

if TYPE_CHECKING:
    from genrekit_transformers.encoder_input import EncoderInput


class Input(nn.Module):
    """waveform float32 [batch, samples] -> [batch, 1, bins, frames]"""

    def __init__(self, options: EncoderInput) -> None:
        super().__init__()
        encoder = options.fitting_encoder()
        assert encoder is not None
        self.frontend, self.frames = frontend(encoder), encoder.input_shape(options.window_samples()).frames

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        return fitted(self.frontend(waveform), self.frames)[:, None]
