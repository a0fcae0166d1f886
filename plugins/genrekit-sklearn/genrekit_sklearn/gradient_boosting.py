"""The ``gradient-boosting`` model."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

import genrekit
from genrekit_sklearn.statistics import StatisticsModel

requires_genrekit_api = ">=1.1,<2"


class GradientBoosting(StatisticsModel):
    """Gradient-boosted trees on statistics of the features (scikit-learn's HistGradientBoostingClassifier).

    features [batch, channels, bins, frames] -> logits [batch, classes]

    Friedman, "Greedy function approximation: a gradient boosting machine", 2001; figures are sorted into bins first, as
    in Ke et al., "LightGBM", NeurIPS 2017. It never holds training examples back for stopping early: those would be kin
    of the ones it learns from.
    """

    use: Literal["gradient-boosting"] = "gradient-boosting"
    max_iter: int = genrekit.Field(100, ge=1, le=100_000, description="rounds; in each, every class gets a tree")
    learning_rate: float = genrekit.Field(0.1, gt=0, le=1, description="how much of a tree's answer counts")
    max_leaf_nodes: int = genrekit.Field(31, ge=2, le=100_000, description="ends of a tree, at most")
    min_samples_leaf: int = genrekit.Field(
        5, ge=1, description="training examples that are left at a tree's end, at least"
    )
    l2_regularization: float = genrekit.Field(0.0, ge=0, description="how much the answers of trees are held back")
    balanced: bool = genrekit.Field(
        False, description="whether examples of rare classes count more, as classes are rare"
    )

    @classmethod
    def example(cls, folder: Path) -> Self:
        return cls(max_iter=4, statistics=("mean",))

    def estimator(self, seed: int) -> Any:
        from sklearn.ensemble import HistGradientBoostingClassifier

        return HistGradientBoostingClassifier(
            max_iter=self.max_iter,
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.max_leaf_nodes,
            min_samples_leaf=self.min_samples_leaf,
            l2_regularization=self.l2_regularization,
            class_weight="balanced" if self.balanced else None,
            early_stopping=False,
            random_state=seed,
        )


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(GradientBoosting)
