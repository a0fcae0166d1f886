from __future__ import annotations

import json
from typing import Any

import pytest

from genrekit.plugins import Plugins
from genrekit.recipe.schema import recipe_schema


@pytest.fixture
def schema(small: Plugins) -> dict[str, Any]:
    return recipe_schema(small.registry)


def _allowed(schema: dict[str, Any], field: dict[str, Any]) -> list[str]:
    return [
        schema["$defs"][branch["$ref"].rsplit("/", 1)[-1]]["properties"]["use"]["const"] for branch in field["oneOf"]
    ]


def test_each_section_is_one_of_the_installed_components(schema: dict[str, Any]) -> None:
    sections = schema["properties"]
    assert _allowed(schema, sections["dataset"]) == ["noises", "tones"]
    assert _allowed(schema, sections["model"]) == ["constant", "dense"]
    assert _allowed(schema, sections["augment"]["items"]) == ["flip", "louder"]
    assert sections["train"]["$ref"] == "#/$defs/Train"
    assert schema["required"] == ["name", "dataset", "features", "model", "train"]


def test_a_component_is_told_by_its_name(schema: dict[str, Any]) -> None:
    assert schema["$defs"]["Tones"]["required"] == ["use", "root"]
    assert schema["$defs"]["Constant"]["required"] == ["use"]


def test_unknown_keys_are_refused_and_known_ones_described(schema: dict[str, Any]) -> None:
    tables = [schema, *(table for name, table in schema["$defs"].items() if name != "Layer")]
    assert len(tables) > 10
    for table in tables:
        assert table["additionalProperties"] is False
        options = {name: option for name, option in table["properties"].items() if name != "use"}
        assert all(option["description"] for option in options.values())


def test_bounds_and_defaults(schema: dict[str, Any]) -> None:
    dropout = schema["$defs"]["Dense"]["properties"]["dropout"]
    assert (dropout["minimum"], dropout["exclusiveMaximum"], dropout["default"]) == (0, 1, 0.5)
    assert schema["$defs"]["Tones"]["properties"]["root"]["format"] == "path"


def test_it_is_json(schema: dict[str, Any]) -> None:
    assert json.loads(json.dumps(schema, allow_nan=False)) == schema
