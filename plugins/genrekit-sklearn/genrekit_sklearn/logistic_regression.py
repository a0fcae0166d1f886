"""The ``logistic-regression`` model."""

from __future__ import annotations

from typing import Any, Literal

import genrekit
from genrekit_sklearn.statistics import StatisticsModel

requires_genrekit_api = ">=1.1,<2"


class LogisticRegression(StatisticsModel):
    """Logistic regression on statistics of the features (scikit-learn's LogisticRegression).

    features [batch, channels, bins, frames] -> logits [batch, classes]
    """

    use: Literal["logistic-regression"] = "logistic-regression"
    C: float = genrekit.Field(1.0, gt=0, le=1e9, description="how freely weights grow; less holds them back more (L2)")
    max_iter: int = genrekit.Field(1000, ge=1, le=10_000_000, description="steps of the solver, at most")
    balanced: bool = genrekit.Field(
        False, description="whether examples of rare classes count more, as classes are rare"
    )

    def estimator(self, seed: int) -> Any:
        from sklearn.linear_model import LogisticRegression as Classifier

        weight = "balanced" if self.balanced else None
        return Classifier(C=self.C, max_iter=self.max_iter, class_weight=weight, random_state=seed)


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(LogisticRegression)
