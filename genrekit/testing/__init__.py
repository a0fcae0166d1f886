"""The contract suite: what a plugin's components must do, one call a kind. Importing it imports no torch.

In a plugin's tests::

    from genrekit.testing import contract_suite

    test_contract = contract_suite("genrekit-wavelet")

or, for one component made by hand, ``check_features(Wavelet(order=3))``. ``genrekit plugins check genrekit-wavelet``
does the same on the command line.
"""

from __future__ import annotations

# Importing a module adds its checks; those of every kind come first in reports.
from genrekit.testing import common as _common
from genrekit.testing import light as _light
from genrekit.testing.augmenters import check_augmenter
from genrekit.testing.bundle_sources import check_bundle_source
from genrekit.testing.bundles import write_bundle
from genrekit.testing.contract import Result, Skip, check_component
from genrekit.testing.datasets import check_dataset
from genrekit.testing.evaluators import check_evaluator, example_outcome
from genrekit.testing.executors import check_executor
from genrekit.testing.features import check_features
from genrekit.testing.models import check_model
from genrekit.testing.recordings import write_tones
from genrekit.testing.splitters import check_splitter, example_clips
from genrekit.testing.suite import check_distribution, contract_suite
from genrekit.testing.tables import check_table
from genrekit.testing.training_parts import check_loss, check_optimizer, check_scheduler

__all__ = [
    "Result",
    "Skip",
    "check_augmenter",
    "check_bundle_source",
    "check_component",
    "check_dataset",
    "check_distribution",
    "check_evaluator",
    "check_executor",
    "check_features",
    "check_loss",
    "check_model",
    "check_optimizer",
    "check_scheduler",
    "check_splitter",
    "check_table",
    "contract_suite",
    "example_clips",
    "example_outcome",
    "write_bundle",
    "write_tones",
]

_ = _common, _light
