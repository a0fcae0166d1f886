"""A model that compares with what it remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import genrekit

if TYPE_CHECKING:
    import torch


class Prototypes(genrekit.Model):
    """Learns one point for each class; the nearer a clip's embedding, the likelier the class."""

    use: Literal["prototypes"] = "prototypes"
    embedding_size: int = genrekit.Field(16, ge=1, description="dimensions of the space that points lie in")

    def check(self, shape: genrekit.FeatureShape, classes: int) -> None:
        """An embedding larger than its input would be a waste."""
        largest = shape.channels * shape.bins
        if self.embedding_size > largest:
            raise ValueError(f"embedding_size {self.embedding_size} is more than the {largest} bins; lower it")

    def build(self, shape: genrekit.FeatureShape, classes: int) -> torch.nn.Module:
        """The features' mean over time, normalised, embedded, compared."""
        from genrekit_haar._prototypes_module import NearestPrototype

        return NearestPrototype(shape.channels * shape.bins, self.embedding_size, classes)
