"""The ``sklearn`` model: any classifier of scikit-learn's, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import model_validator

import genrekit
from genrekit_sklearn import signatures
from genrekit_sklearn.statistics import StatisticsModel

requires_genrekit_api = ">=1.1,<2"

Value = bool | int | float | str | tuple[int, ...]


class SklearnModel(StatisticsModel):
    """Any classifier of scikit-learn's on statistics of the features, if it can be exported to ONNX.

    features [batch, channels, bins, frames] -> logits [batch, classes]

    ``options`` are those of the class, checked as scikit-learn checks them; None is written "none". The recipe's seed
    is its random_state.
    """

    use: Literal["sklearn"] = "sklearn"
    classifier: str = genrekit.Field(
        description="a class of scikit-learn's, such as ExtraTreesClassifier",
        json_schema_extra=lambda schema: schema.update(enum=list[Any](signatures.names())),
    )
    options: Mapping[str, Value] = genrekit.Field({}, description="its options, by scikit-learn's names")

    @model_validator(mode="after")
    def _known(self) -> Self:
        found = list(signatures.problems(self.classifier, self.options))
        if found:
            raise ValueError("; ".join(found))
        return self

    @classmethod
    def example(cls, folder: Path) -> Self:
        return cls(classifier="LinearDiscriminantAnalysis", options={"solver": "svd"})

    def estimator(self, seed: int) -> Any:
        from sklearn.utils import all_estimators

        made = dict(all_estimators(type_filter="classifier"))[self.classifier]()
        given = {name: None if value == signatures.NONE else value for name, value in self.options.items()}
        made.set_params(**given)
        if "random_state" in made.get_params():
            made.set_params(random_state=seed)
        return made


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(SklearnModel)
