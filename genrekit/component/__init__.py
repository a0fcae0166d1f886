"""What a component is: a small frozen Pydantic class whose fields are its recipe options.

One base class for each kind. Nothing here imports torch; a component's ``build`` does.
"""

from __future__ import annotations

from genrekit.component.augmenter import Augmenter, Mixer
from genrekit.component.base import Component
from genrekit.component.data import Dataset, Splitter
from genrekit.component.evaluator import Evaluator, Task
from genrekit.component.executor import Executor
from genrekit.component.features import FeatureExtractor, FeatureShape
from genrekit.component.learning import Loss, Optimizer, Scheduler
from genrekit.component.model import FittedModel, Model

KINDS: dict[str, type[Component]] = {
    base.kind: base
    for base in (Dataset, Splitter, FeatureExtractor, Augmenter, Model, Loss, Optimizer, Scheduler, Evaluator, Executor)
}

__all__ = [
    "KINDS",
    "Augmenter",
    "Component",
    "Dataset",
    "Evaluator",
    "Executor",
    "FeatureExtractor",
    "FeatureShape",
    "FittedModel",
    "Loss",
    "Mixer",
    "Model",
    "Optimizer",
    "Scheduler",
    "Splitter",
    "Task",
]
