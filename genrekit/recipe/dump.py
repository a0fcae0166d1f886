"""A recipe as TOML text, with every default written out, or with none."""

from __future__ import annotations

from typing import Any

import tomli_w

from genrekit.component import Component
from genrekit.recipe.model import Recipe
from genrekit.recipe.sections import Section
from genrekit.recipe_table import RecipeTable


def dump(recipe: Recipe, *, as_written: bool = False) -> str:
    """Text that loads to an equal recipe; ``as_written`` leaves out what the recipe's author left to defaults."""
    return tomli_w.dumps(_plain(recipe, as_written))


def _plain(value: Any, as_written: bool) -> Any:
    """``value`` in TOML's types. TOML has no null; an option that is left out is one."""
    if isinstance(value, Section):
        inner = {name: option for name, option in value if not as_written or name in value.model_fields_set}
        return _plain(inner, as_written)
    if isinstance(value, Component | RecipeTable):
        return _plain(value.model_dump(mode="json", exclude_unset=as_written), as_written)
    if isinstance(value, dict):
        return {key: _plain(element, as_written) for key, element in value.items() if element is not None}
    if isinstance(value, list):
        return [_plain(element, as_written) for element in value]
    return value
