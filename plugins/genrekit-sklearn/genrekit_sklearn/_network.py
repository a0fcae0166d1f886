"""A classifier of scikit-learn's as a network: fitted, written as ONNX, and forgotten."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from genrekit.graph_network import GraphNetwork
from genrekit_sklearn._agreement import written
from genrekit_sklearn._columns import Columns
from genrekit_sklearn._statistics_module import Statistics

if TYPE_CHECKING:
    import onnx

    from genrekit_sklearn.statistics import StatisticsModel


MANY = 4096
"""From so many examples on, classifiers that work in several threads do, in ``train.threads``."""


class SklearnNetwork(GraphNetwork):
    """features [batch, channels, bins, frames] -> statistics -> classifier -> logits [batch, classes]."""

    def __init__(self, options: StatisticsModel, classes: int) -> None:
        super().__init__(Statistics(options.statistics), classes)
        self.options = options

    def learn(self, embeddings: np.ndarray, targets: np.ndarray, *, multi_label: bool, seed: int) -> onnx.ModelProto:
        """Fit, convert, and compare the two. Raises ValueError for what scikit-learn or skl2onnx refuse."""
        from threadpoolctl import threadpool_limits

        columns = Columns.of(targets, multi_label)
        pipeline = self._pipeline(seed, multi_label)
        # Threads that wait for each other cost more than they bring where there is little to do.
        threads = torch.get_num_threads() if len(embeddings) >= MANY else 1
        with threadpool_limits(threads), warnings.catch_warnings():
            # That a solver has not converged is no reason to have no baseline; the figures tell. What skl2onnx uses of
            # scikit-learn that is deprecated is not for whoever trains.
            warnings.simplefilter("ignore")
            pipeline.fit(embeddings, columns.targets(targets))
            return written(pipeline, embeddings, columns)

    def _pipeline(self, seed: int, multi_label: bool) -> Any:
        from sklearn.multiclass import OneVsRestClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        estimator = self.options.estimator(seed)
        steps = [StandardScaler()] if self.options.standardise else []
        return make_pipeline(*steps, OneVsRestClassifier(estimator) if multi_label else estimator)
