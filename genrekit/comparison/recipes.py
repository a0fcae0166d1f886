"""Where recipes differ, option by option."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Flat = dict[str, Any]


def differences(recipes: Sequence[Mapping[str, Any]], written: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Dotted path -> each recipe's value (None: not there), where they are not all equal.

    Of components that are not the same (``use`` differs), only ``use`` and what a recipe's author wrote is listed:
    options of one say nothing about the other.
    """
    flat = [dict(_flat(recipe)) for recipe in recipes]
    authored = {path for recipe in written for path, _ in _flat(recipe)}
    paths = list(dict.fromkeys(path for recipe in flat for path in recipe))
    found = {path: values for path in paths if _differ(values := [recipe.get(path) for recipe in flat])}
    others = [path.removesuffix("use") for path in found if path.endswith(".use")]
    return {
        path: values
        for path, values in found.items()
        if path.endswith(".use") or path in authored or not path.startswith(tuple(others))
    }


def _differ(values: Sequence[Any]) -> bool:
    # 1 == True == 1.0 in Python, not in a recipe.
    return len({repr(value) for value in values}) > 1


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and all(isinstance(element, Mapping) for element in value):
        for index, element in enumerate(value):
            yield from _flat(element, f"{path}.{index}")
    else:
        yield path, value
