"""The JSON schema of a recipe, which editors use to complete and to check what is typed."""

from __future__ import annotations

from typing import Any

from genrekit.recipe.model import recipe_model
from genrekit.registry import Registry


def recipe_schema(registry: Registry) -> dict[str, Any]:
    """The schema of a recipe that names any of the registered components."""
    schema = recipe_model(registry).model_json_schema()
    for table in schema["$defs"].values():
        if "const" in table.get("properties", {}).get("use", {}):
            # A component has its name by default, but in a recipe it is what tells components apart.
            table["required"] = ["use", *table.get("required", [])]
    return schema
