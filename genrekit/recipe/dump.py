"""A recipe as TOML text with every default written out."""

from __future__ import annotations

from typing import Any

import tomli_w

from genrekit.recipe.model import Recipe


def dump(recipe: Recipe) -> str:
    """Text that loads to an equal recipe."""
    return tomli_w.dumps(_without_none(recipe.model_dump(mode="json", serialize_as_any=True)))


def _without_none(value: Any) -> Any:
    """TOML has no null; an option that is left out is one."""
    if isinstance(value, dict):
        return {key: _without_none(element) for key, element in value.items() if element is not None}
    if isinstance(value, list):
        return [_without_none(element) for element in value]
    return value
