"""Which classifiers scikit-learn has that can become ONNX, and which options they take: a table, so that recipes are
checked without importing scikit-learn. ``python -m genrekit_sklearn.write_signatures`` writes it anew."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from genrekit.errors import did_you_mean

Kind = Mapping[str, Any]
"""One way to give an option, a type and what is allowed of it: {"type": "int", "ge": 1}, {"type": "str", "of": […]}."""

TYPES: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "bool": (bool,), "str": (str,)}
BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
WORDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "text", "ints": "whole numbers"}
NONE = "none"
"""How recipes, which have no null, write Python's None."""


@functools.cache
def table() -> dict[str, Any]:
    """``{"scikit-learn": version, "classifiers": {name: {option: [kind, …]}}}``."""
    read: dict[str, Any] = json.loads(resources.files(__package__).joinpath("signatures.json").read_text("utf-8"))
    return read


def names() -> list[str]:
    """The classifiers, by name."""
    return sorted(table()["classifiers"])


def problems(classifier: str, options: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with options for a classifier."""
    known = table()["classifiers"].get(classifier)
    if known is None:
        close = did_you_mean(classifier, names()) or f"; there are {', '.join(names())}"
        yield f"there is no classifier '{classifier}' that can be exported{close}"
        return
    for name, value in options.items():
        if name not in known:
            close = did_you_mean(name, known)
            yield f"{classifier} has no option '{name}'{close or '; it has ' + ', '.join(known)}"
        elif not any(_fits(value, kind) for kind in known[name]):
            yield f"{name} of {classifier} is {' or '.join(map(_said, known[name]))}, not {value!r}"


def _fits(value: Any, kind: Kind) -> bool:
    if kind["type"] == "ints":
        return isinstance(value, list | tuple) and all(_fits(number, {"type": "int", "ge": 1}) for number in value)
    if kind["type"] == NONE:
        return bool(value == NONE)
    if not isinstance(value, TYPES[kind["type"]]) or (isinstance(value, bool) and kind["type"] != "bool"):
        return False
    inside = {"ge": "__ge__", "gt": "__gt__", "le": "__le__", "lt": "__lt__"}
    number: Any = value
    bounded = all(getattr(float(number), inside[bound])(kind[bound]) for bound in inside if bound in kind)
    return bounded and ("of" not in kind or value in kind["of"])


def _said(kind: Kind) -> str:
    if "of" in kind:
        return " or ".join(map(repr, kind["of"]))
    bounds = " and ".join(f"{said} {kind[bound]:g}" for bound, said in BOUNDS.items() if bound in kind)
    return f"{WORDS.get(kind['type'], repr(NONE))} {bounds}".strip()
