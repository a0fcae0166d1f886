"""The ``k-nn`` model."""

from __future__ import annotations

from typing import Any, Literal

import genrekit
from genrekit_sklearn.statistics import StatisticsModel

requires_genrekit_api = ">=1.1,<2"


class NearestNeighbours(StatisticsModel):
    """K nearest neighbours among statistics of the features (scikit-learn's KNeighborsClassifier).

    features [batch, channels, bins, frames] -> logits [batch, classes]

    Each vote counts the same. The bundle holds the statistics of all training examples.
    Cover & Hart, "Nearest neighbor pattern classification", 1967.
    """

    use: Literal["k-nn"] = "k-nn"
    n_neighbors: int = genrekit.Field(5, ge=1, le=100_000, description="training examples that vote: the nearest")
    metric: Literal["euclidean", "manhattan", "cosine"] = genrekit.Field("euclidean", description="what near means")

    def estimator(self, seed: int) -> Any:
        from sklearn.neighbors import KNeighborsClassifier

        # skl2onnx 1.20 writes weights="distance" as if it were "uniform".
        return KNeighborsClassifier(n_neighbors=self.n_neighbors, metric=self.metric)


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(NearestNeighbours)
