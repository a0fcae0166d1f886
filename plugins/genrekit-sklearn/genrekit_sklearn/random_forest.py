"""The ``random-forest`` model."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

import genrekit
from genrekit_sklearn.statistics import StatisticsModel

requires_genrekit_api = ">=1.1,<2"


class RandomForest(StatisticsModel):
    """Random forest on statistics of the features (scikit-learn's RandomForestClassifier or ExtraTreesClassifier).

    features [batch, channels, bins, frames] -> logits [batch, classes]

    Breiman, "Random forests", 2001; extremely randomised: Geurts, Ernst & Wehenkel, 2006.
    """

    use: Literal["random-forest"] = "random-forest"
    n_estimators: int = genrekit.Field(300, ge=1, le=100_000, description="trees")
    max_depth: int | None = genrekit.Field(
        None, ge=1, description="questions one after another; none: as many as it takes"
    )
    min_samples_leaf: int = genrekit.Field(
        1, ge=1, description="training examples that are left at a tree's end, at least"
    )
    max_features: Literal["sqrt", "log2"] | float = genrekit.Field(
        "sqrt", description="how many figures a question chooses from: the square root or logarithm of all, or a share"
    )
    extremely_random: bool = genrekit.Field(False, description="whether thresholds are drawn too (extra trees)")
    balanced: bool = genrekit.Field(
        False, description="whether examples of rare classes count more, as classes are rare"
    )

    @classmethod
    def example(cls, folder: Path) -> Self:
        return cls(n_estimators=12, statistics=("mean",))

    def estimator(self, seed: int) -> Any:
        import torch
        from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

        return (ExtraTreesClassifier if self.extremely_random else RandomForestClassifier)(
            n_estimators=self.n_estimators,
            max_depth=self.max_depth,
            min_samples_leaf=self.min_samples_leaf,
            max_features=self.max_features,
            class_weight="balanced" if self.balanced else None,
            # Each tree has draws of its own, so that the number of threads changes nothing.
            n_jobs=torch.get_num_threads(),
            random_state=seed,
        )


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(RandomForest)
