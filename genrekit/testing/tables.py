"""What a plugin's recipe table must do."""

from __future__ import annotations

from pathlib import Path

from genrekit.recipe_table import RecipeTable
from genrekit.testing.contract import Case, Result, check, check_component


@check("says nothing of itself", "table")
def no_use(case: Case) -> None:
    """A table is known by its name between brackets; an option `use` would look like a component's."""
    assert "use" not in type(case.component).model_fields, "call the option something else"


def check_table(table: RecipeTable, folder: Path | None = None) -> list[Result]:
    """Check a recipe's table; raises AssertionError with everything that is wrong, else returns all results."""
    return check_component(table, folder)
