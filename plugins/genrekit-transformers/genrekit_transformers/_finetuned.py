"""The module of ``transformer``. Imports torch and transformers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import torch
from torch import nn

import genrekit
from genrekit_transformers._encoders import hidden_states
from genrekit_transformers._head import Pool, classifier

if TYPE_CHECKING:
    from genrekit_transformers.finetune import Transformer

BLOCK = re.compile(r"(?:^|\.)layers?\.(\d+)\.")
"""What the names of a transformer layer's parameters have in all families."""


class FineTuned(nn.Module):
    """features float32 [batch, 1, bins, frames] -> logits [batch, classes]"""

    def __init__(self, options: Transformer, shape: genrekit.FeatureShape, classes: int) -> None:
        super().__init__()
        encoder = options.encoder()
        options.check_encoder(encoder, shape)
        self.states, self.token = hidden_states(options), options.pooling == "token"
        self.pool = Pool("mean" if self.token else options.pooling, encoder.hidden)
        self.classify = classifier(self.pool.size, None, options.dropout, classes)
        _freeze(self.states.network, options)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        states, tokens = self.states(features[:, 0])
        last = tokens[-1] if self.token else states[-1]
        logits: torch.Tensor = self.classify(self.pool(last.transpose(1, 2)))
        return logits


def _freeze(network: nn.Module, options: Transformer) -> None:
    depths = _depths(network)
    for name, parameter in network.named_parameters():
        convolution = options.freeze_convolutions and name.startswith("feature_extractor.")
        if convolution or (options.frozen_layers and depths[name] <= options.frozen_layers):
            parameter.requires_grad_(False)


def layers_above(network: FineTuned) -> dict[str, int]:
    """Parameter name -> how many layers are above what the parameter belongs to; 0 for the classifier."""
    depths = _depths(network.states.network)
    top = _layers(depths) + 1
    return {f"states.network.{name}": top - depth for name, depth in depths.items()}


def _depths(network: nn.Module) -> dict[str, int]:
    """Parameter name -> 0 for what is below the transformer layers, 1 for the first of them … one more for above."""
    depths, depth = {}, 0
    names = [name for name, _ in network.named_parameters()]
    for name in names:
        block = BLOCK.search(name)
        depth = int(block[1]) + 1 if block else (_layers(names) + 1 if depth else 0)
        depths[name] = depth
    return depths


def _layers(names: Iterable[str]) -> int:
    return 1 + max(int(found[1]) for name in names if (found := BLOCK.search(name)))
