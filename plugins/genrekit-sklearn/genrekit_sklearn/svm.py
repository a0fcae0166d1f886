"""The ``svm`` model."""

from __future__ import annotations

from typing import Any, Literal

import genrekit
from genrekit_sklearn.statistics import StatisticsModel

requires_genrekit_api = ">=1.1,<2"


class Svm(StatisticsModel):
    """Support vector machine on statistics of the features (scikit-learn's SVC).

    features [batch, channels, bins, frames] -> logits [batch, classes]

    Its logits are margins; the temperature that a run fits on the validation clips makes probabilities of them.
    Cortes & Vapnik, "Support-vector networks", 1995.
    """

    use: Literal["svm"] = "svm"
    C: float = genrekit.Field(
        10.0, gt=0, le=1e9, description="what an example on the wrong side costs; more fits closer"
    )
    kernel: Literal["rbf", "linear", "poly", "sigmoid"] = genrekit.Field(
        "rbf", description="how alike two examples are"
    )
    gamma: float | None = genrekit.Field(
        None, gt=0, description="how fast likeness falls off; none: 1 over the number of figures times their variance"
    )
    degree: int = genrekit.Field(3, ge=1, le=20, description="of the poly kernel")
    balanced: bool = genrekit.Field(
        False, description="whether examples of rare classes cost more, as classes are rare"
    )

    def estimator(self, seed: int) -> Any:
        from sklearn.svm import SVC

        return SVC(
            C=self.C,
            kernel=self.kernel,
            gamma=self.gamma or "scale",
            degree=self.degree,
            class_weight="balanced" if self.balanced else None,
            random_state=seed,
        )


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(Svm)
