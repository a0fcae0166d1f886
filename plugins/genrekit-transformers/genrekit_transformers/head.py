"""The ``embedding-head`` model: a small classifier on top of embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import genrekit

if TYPE_CHECKING:
    from torch import nn


class EmbeddingHead(genrekit.Model):
    """Small classifier for embeddings.  features [batch, layers, size, frames] -> logits [batch, classes]

    Layers are averaged with weights that are learned (as in Yang et al., "SUPERB", Interspeech 2021), frames are
    pooled, and one linear layer gives the classes, or two with a ReLU between. Each value of an embedding is first
    brought to mean 0 and deviation 1 over the training part, as is usual for linear probes.
    """

    use: Literal["embedding-head"] = "embedding-head"
    pooling: Literal["mean", "mean-deviation", "attention"] = genrekit.Field(
        "mean", description="how frames are joined, where there are several. attention: a mean with learned weights"
    )
    normalise: bool = genrekit.Field(True, description="bring values to mean 0, deviation 1 over the training part")
    hidden_size: int | None = genrekit.Field(
        None, ge=1, le=65536, description="units of a layer between; none: the classes are linear in the embedding"
    )
    dropout: float = genrekit.Field(0.1, ge=0, lt=1, description="share silenced before the last layer in training")

    def check(self, shape: genrekit.FeatureShape, classes: int) -> None:
        refuse_one_class(classes)

    def build(self, shape: genrekit.FeatureShape, classes: int) -> nn.Module:
        from genrekit_transformers._head import Head

        return Head(self, shape, classes)


def refuse_one_class(classes: int) -> None:
    """ValueError where there is nothing to tell apart."""
    if classes < 2:
        raise ValueError(f"{classes} class leaves nothing to tell apart; the data set needs at least 2 labels")
