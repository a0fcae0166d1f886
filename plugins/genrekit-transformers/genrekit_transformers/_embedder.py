"""The module of ``transformer-embeddings``. Imports torch and transformers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import torch
from torch import nn

from genrekit_transformers._encoders import hidden_states
from genrekit_transformers._frontends import fitted, frontend

if TYPE_CHECKING:
    from genrekit_transformers.embeddings import Embeddings


class Embedder(nn.Module):
    """waveform float32 [batch, samples] -> [batch, layers, size, frames]; always in evaluation mode."""

    def __init__(self, options: Embeddings) -> None:
        super().__init__()
        encoder = options.fitting_encoder()
        assert encoder is not None
        self.shape, self.layers, self.pooling = (
            options.shape_of(encoder),
            options.chosen_layers(encoder),
            options.pooling,
        )
        self.encoder, self.frontend = encoder, frontend(encoder)
        with torch.random.fork_rng(devices=[]):
            # Only a bundle's architecture is drawn, before its weights come.
            torch.manual_seed(0)
            self.states = hidden_states(options)
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> Self:
        """Features never train."""
        return super().train(False)

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        states, tokens = self.states(self.frontend(waveform))
        if self.pooling == "token":
            return torch.stack([tokens[layer].mean(dim=1) for layer in self.layers], dim=1)[..., None]
        stacked = torch.stack([states[layer] for layer in self.layers], dim=1).transpose(2, 3)
        weights = self._weights(waveform.shape[1], stacked)
        if self.pooling == "none":
            return fitted(stacked * weights, self.shape.frames)
        mean = (stacked * weights).sum(dim=3, keepdim=True) / weights.sum()
        if self.pooling == "mean":
            return mean
        variance = ((stacked - mean).square() * weights).sum(dim=3, keepdim=True) / weights.sum()
        return torch.cat([mean, variance.sqrt()], dim=2)

    def _weights(self, samples: int, states: torch.Tensor) -> torch.Tensor:
        """float32 [time]: 1 for what is of the recording, 0 for padding."""
        time = torch.arange(states.shape[-1], device=states.device)
        return (time < self.encoder.frames(samples)).to(states.dtype)
