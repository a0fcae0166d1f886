"""A recipe as TOML text with every default written out."""

from __future__ import annotations

from typing import Any

import tomli_w

from genrekit.component import Component
from genrekit.recipe.model import Recipe, Section


def dump(recipe: Recipe) -> str:
    """Text that loads to an equal recipe."""
    return tomli_w.dumps(_plain(recipe))


def _plain(value: Any) -> Any:
    """``value`` in TOML's types. TOML has no null; an option that is left out is one."""
    if isinstance(value, Section):
        return _plain(dict(value))
    if isinstance(value, Component):
        return _plain(value.model_dump(mode="json"))
    if isinstance(value, dict):
        return {key: _plain(element) for key, element in value.items() if element is not None}
    if isinstance(value, list):
        return [_plain(element) for element in value]
    return value
