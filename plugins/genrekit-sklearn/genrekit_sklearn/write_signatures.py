"""Writes ``signatures.json`` from the installed scikit-learn: ``python -m genrekit_sklearn.write_signatures``.

A classifier is in it if it can be fitted with its defaults, skl2onnx can write it, and the two agree.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NOT_OPTIONS = frozenset(
    {
        "random_state", "verbose", "warm_start", "probability", "break_ties", "decision_function_shape", "n_jobs",
        "oob_score", "copy", "copy_X", "store_covariance", "store_cv_results", "scoring", "scorers", "cv", "refit",
        "deprecated",
    }
)  # fmt: skip
"""Options that the seed decides, that change no answer, or that recipes should not have."""

META = frozenset({"CalibratedClassifierCV", "DummyClassifier", "SelfTrainingClassifier"})
"""What wraps other estimators, which recipes could not name, or learns nothing."""


def signatures() -> dict[str, Any]:
    """The content of the file."""
    import sklearn
    from sklearn.utils import all_estimators

    found = {name: dict(options_of(cls)) for name, cls in all_estimators(type_filter="classifier") if _works(name, cls)}
    return {"scikit-learn": sklearn.__version__, "classifiers": found}


def _works(name: str, cls: Any) -> bool:
    """Whether it goes the whole way, for two classes and for more."""
    from genrekit_sklearn._network import SklearnNetwork
    from genrekit_sklearn.by_name import SklearnModel

    if name in META:
        return False
    model = SklearnModel.model_construct(classifier=name, options={}, statistics=("mean",), standardise=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            cls()
        for classes in (2, 4):
            SklearnNetwork(model, classes).learn(*_blobs(classes), multi_label=False, seed=0)
    except Exception:  # whatever it cannot do, it is not in the table
        return False
    return True


def _blobs(classes: int) -> tuple[Any, Any]:
    import numpy as np

    rng = np.random.default_rng(0)
    numbers = np.arange(120) % classes
    centres = 2 * rng.normal(size=(classes, 8))
    embeddings = (centres[numbers] + rng.normal(size=(120, 8))).astype(np.float32)
    return embeddings, np.eye(classes, dtype=np.float32)[numbers]


def options_of(cls: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A classifier's options, each with the ways to give it that TOML has."""
    import inspect

    constraints = getattr(cls, "_parameter_constraints", {})
    for name, parameter in inspect.signature(cls).parameters.items():
        kinds = [kind for constraint in constraints.get(name, []) if (kind := _kind(constraint))]
        if name in NOT_OPTIONS or parameter.default == "deprecated" or parameter.default == "warn":
            continue
        if name == "hidden_layer_sizes":
            kinds.append({"type": "ints"})
        if [kind for kind in kinds if kind["type"] != "none"]:
            yield name, sorted(kinds, key=json.dumps)


def _kind(constraint: Any) -> dict[str, Any] | None:
    """A constraint of scikit-learn's as a kind; None for what TOML cannot say (arrays, functions)."""
    from sklearn.utils._param_validation import Interval, Options, StrOptions

    if constraint is None:
        return {"type": "none"}
    if constraint == "boolean":
        return {"type": "bool"}
    if isinstance(constraint, Interval):
        return {"type": "int" if constraint.type.__name__ == "Integral" else "float"} | dict(_bounds(constraint))
    if isinstance(constraint, StrOptions):
        plain = constraint.options - getattr(constraint, "deprecated", set()) - {"precomputed", "pyfunc"}
        return {"type": "str", "of": sorted(plain)} if plain else None
    if isinstance(constraint, Options) or constraint in ("verbose", "random_state", "array-like"):
        return None
    return None


def _bounds(interval: Any) -> Iterator[tuple[str, float]]:
    import math

    closed_left = interval.closed in ("left", "both")
    closed_right = interval.closed in ("right", "both")
    if interval.left is not None and math.isfinite(interval.left):
        yield "ge" if closed_left else "gt", interval.left
    if interval.right is not None and math.isfinite(interval.right):
        yield "le" if closed_right else "lt", interval.right


if __name__ == "__main__":
    text = json.dumps(signatures(), indent=1, sort_keys=True) + "\n"
    Path(__file__).with_name("signatures.json").write_text(text, encoding="utf-8")
