"""A component's options in words, from its JSON schema: the one description that editors and people share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from genrekit.component import Component
from genrekit.options import Options

_BOUNDS = {
    "minimum": ">= {}",
    "exclusiveMinimum": "> {}",
    "maximum": "<= {}",
    "exclusiveMaximum": "< {}",
    "pattern": "matches {}",
    "minItems": "at least {} elements",
    "maxItems": "at most {} elements",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
}

MOST_CHOICES = 24
"""Of more values than so many, an option's type shows two."""


@dataclass(frozen=True)
class OptionText:
    """One option. ``default`` is TOML, "none", or "required"."""

    name: str
    type: str
    bounds: str
    default: str
    description: str


def option_texts(options: type[Options]) -> list[OptionText]:
    """The options of a component, without its name, or of a section of the recipe, in order."""
    schema = options.model_json_schema()
    tables = schema.get("$defs", {})
    return [
        OptionText(
            name, type_text(option, tables), bounds_text(option), _default(option), option.get("description", "")
        )
        for name, option in schema["properties"].items()
        if name != "use"
    ]


def tables_within(options: type[Options]) -> Iterator[tuple[str, type[Options]]]:
    """The tables that stand in this one by themselves, by their names; not those of components, which say more."""
    for name, option in options.model_fields.items():
        for part in (option.annotation, *get_args(option.annotation)):
            if isinstance(part, type) and issubclass(part, Options) and not issubclass(part, Component):
                yield name, part


def branches_of(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """What a value may be instead; none where it is of one type. Unions that a value tells apart come as ``oneOf``."""
    found: list[dict[str, Any]] = schema.get("anyOf") or schema.get("oneOf") or []
    return found


def type_text(schema: dict[str, Any], tables: dict[str, Any]) -> str:
    """``integer``, ``"mean" or "max"``, ``array of path`` …"""
    if "$ref" in schema:
        return type_text(tables[schema["$ref"].rsplit("/", 1)[-1]], tables)
    if "enum" in schema or "const" in schema:
        return _choice(schema.get("enum", [schema.get("const")]))
    branches = [branch for branch in branches_of(schema) if branch.get("type") != "null"]
    if {"type": "string"} in branches:
        # Names beside it are what editors are to suggest.
        branches = [branch for branch in branches if "enum" not in branch]
    if branches:
        return " or ".join(type_text(branch, tables) for branch in branches)
    if schema.get("type") == "array":
        return _array_text(schema, tables)
    names: dict[str, str] = {"object": "table", "string": schema.get("format", "string")}
    name: str = schema.get("type", "anything")
    return names.get(name, name)


def _choice(values: list[Any]) -> str:
    shown = [json.dumps(value) for value in values]
    if len(shown) <= MOST_CHOICES:
        return " or ".join(shown)
    return f"one of {len(shown)}, such as {' or '.join(shown[:2])}"


def _array_text(schema: dict[str, Any], tables: dict[str, Any]) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(type_text(item, tables) for item in schema['prefixItems'])}]"
    return f"array of {type_text(schema.get('items', {}), tables)}"


def bounds_text(schema: dict[str, Any]) -> str:
    """``>= 1, <= 3``"""
    return ", ".join(_bounds(schema))


def _bounds(schema: dict[str, Any]) -> Iterator[str]:
    fixed = "prefixItems" in schema  # An array whose elements are listed says its length twice.
    for key, words in _BOUNDS.items():
        if key in schema and not (fixed and key.endswith("Items")):
            yield words.format(schema[key])
    for branch in branches_of(schema):
        yield from _bounds(branch)


def _default(schema: dict[str, Any]) -> str:
    if "default" not in schema:
        return "required"
    return "none" if schema["default"] is None else json.dumps(schema["default"], ensure_ascii=False)
