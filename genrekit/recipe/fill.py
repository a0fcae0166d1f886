"""``--set train.optimizer.lr=1e-4`` where the recipe leaves the optimizer to its default."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from genrekit.recipe.model import Recipe, kind_of
from genrekit.recipe.place import Path
from genrekit.recipe.sections import Train
from genrekit.registry import Registry


def name_defaults(data: dict[str, Any], overridden: Iterable[Path], registry: Registry) -> None:
    """Write ``use`` into tables that exist only because an option in them was overridden; changes ``data``."""
    touched = list(overridden)
    for table, kind in _component_tables().items():
        here: Any = data
        for part in table:
            here = here.get(part) if isinstance(here, dict) else None
        made = any(path[: len(table)] == table and len(path) == len(table) + 1 for path in touched)
        if made and isinstance(here, dict) and "use" not in here:
            default = registry.default(kind)
            if default:
                here["use"] = default.name()


def _component_tables() -> dict[Path, str]:
    """Where a recipe has a table that is one component -> its kind."""
    fields: dict[Path, Any] = {(name,): field.annotation for name, field in Recipe.model_fields.items()}
    fields |= {("train", name): field.annotation for name, field in Train.model_fields.items()}
    return {path: kind for path, annotation in fields.items() if (kind := kind_of(annotation))}
