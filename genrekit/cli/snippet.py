"""An example of a component, or of a plugin's table, in a recipe, to copy."""

from __future__ import annotations

import json
from typing import Any, get_origin

from genrekit.cli.option_text import branches_of
from genrekit.component import Component
from genrekit.recipe.model import Recipe, kind_of
from genrekit.recipe.sections import Train
from genrekit.recipe_table import RecipeTable


def snippet(component: type[Component] | type[RecipeTable]) -> str:
    """TOML with every option at its default; the required ones filled with something of their type."""
    if issubclass(component, RecipeTable):
        lines = [f"[{component.name()}]"]
    else:
        lines = [header(component.kind), f"use = {_toml(component.name())}"]
    for name, option in component.model_json_schema()["properties"].items():
        value = option["default"] if "default" in option else _example(option)
        if name != "use" and value is not None:
            lines.append(f"{name} = {_toml(value)}")
    return "\n".join(lines)


def header(kind: str) -> str:
    """``[model]``, ``[[augment]]``, ``[train.optimizer]``"""
    for section, prefix in ((Recipe, ""), (Train, "train.")):
        for name, field in section.model_fields.items():
            if kind_of(field.annotation) == kind:
                return f"[[{name}]]" if get_origin(field.annotation) is list else f"[{prefix}{name}]"
    raise ValueError(f"recipes have no place for a {kind}")


def _toml(value: Any) -> str:
    """``value`` on one line. JSON is TOML but for tables."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(key)} = {_toml(element)}' for key, element in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _example(schema: dict[str, Any]) -> Any:
    if "enum" in schema or "const" in schema:
        return schema.get("enum", [schema.get("const")])[0]
    branches = branches_of(schema)
    if branches:
        return _example(branches[0])
    examples = {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1.0), "boolean": True, "array": []}
    return examples.get(schema.get("type", ""), "…")
