"""What all models of this package have in common: statistics over time, then a classifier of scikit-learn's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import genrekit

if TYPE_CHECKING:
    from torch import nn

Statistic = Literal["mean", "deviation", "minimum", "maximum", "skewness", "kurtosis", "delta-deviation"]


class StatisticsModel(genrekit.FittedModel):
    """Statistics of each bin over the frames, standardised, then a classifier.

    features [batch, channels, bins, frames] -> logits [batch, classes]
    """

    statistics: tuple[Statistic, ...] = genrekit.Field(
        ("mean", "deviation", "delta-deviation"),
        min_length=1,
        max_length=7,
        description="what the classifier sees of each bin: figures over its frames; delta: over changes between them",
    )
    standardise: bool = genrekit.Field(
        True, description="whether each figure is given mean 0 and deviation 1 over the training examples"
    )

    def estimator(self, seed: int) -> Any:
        """scikit-learn's, not yet fitted; ``seed``, 0 to 2^32 - 1, decides its random draws."""
        raise NotImplementedError

    def build(self, shape: genrekit.FeatureShape, classes: int) -> nn.Module:
        from genrekit_sklearn._network import SklearnNetwork

        return SklearnNetwork(self, classes)
