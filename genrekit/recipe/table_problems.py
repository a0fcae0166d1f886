"""Where a plugin's table does not fit the rest of the recipe, as the plugin says: with file, line and text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from genrekit.errors import Problem
from genrekit.recipe.source import Source
from genrekit.recipe_table import RecipeTable

if TYPE_CHECKING:
    from genrekit.recipe.model import Recipe


def table_problems(recipe: Recipe, source: Source) -> Iterator[Problem]:
    """A problem for each `Misfit`."""
    for name, table in recipe:
        if isinstance(table, RecipeTable):
            for misfit in table.misfits(recipe):
                spot = source.locate((name, *misfit.path))
                yield Problem(f"[{name}] {misfit.what}", spot.where, spot.text, misfit.why, misfit.hint)
