"""Recipes of examples/, changed anywhere into anything: always a recipe, or problems that each say where they are."""

from __future__ import annotations

import copy
import functools
import re
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from markdown_pages import ROOT

from genrekit.errors import RecipeError
from genrekit.plugins import Plugins, installed
from genrekit.recipe import load

EXAMPLES = 300
"""Recipes, each with up to four changes."""

RECIPES = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "examples").glob("*.toml"))]
NUMBERS = st.one_of(
    st.integers(), st.sampled_from([0, -1, 2**31, 2**63, 2**64, 10**300]), st.floats(), st.sampled_from([1e308, 5e-324])
)
WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "auto", "none", "~", "$HOME", "$NOT_SET/x", "${", "a" * 5000, "\u202eevil", "𝔘𝔫𝔦", "crnn", "\x1b[31m"]
    ),
)
SCALARS = st.one_of(NUMBERS, WORDS, st.booleans(), st.dates(), st.times())
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=6
)
DEEP = st.integers(1, 100).map(lambda depth: functools.reduce(lambda inner, _: {"a": [inner]}, range(depth), 1))


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a recipe."""
    if path:
        yield path
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from paths(value[key], (*path, key))


@st.composite
def recipes(draw: st.DrawFn) -> dict[str, Any]:
    recipe = copy.deepcopy(draw(st.sampled_from(RECIPES)))
    for _ in range(draw(st.integers(1, 4))):
        found = list(paths(recipe))
        if found:
            change(draw, recipe, draw(st.sampled_from(found)))
    return recipe


def change(draw: st.DrawFn, recipe: Any, path: tuple[Any, ...]) -> None:
    holder = recipe
    for key in path[:-1]:
        holder = holder[key]
    key = path[-1]
    match draw(st.sampled_from(["value", "drop", "rename", "wrap", "add", "deep"])):
        case "value":
            holder[key] = draw(VALUES)
        case "drop":
            del holder[key]
        case "rename" if isinstance(holder, dict):
            holder[draw(WORDS)] = holder.pop(key)
        case "wrap":
            holder[key] = draw(st.sampled_from([[holder[key]], {"use": holder[key]}, [[holder[key]]]]))
        case "add" if isinstance(holder, dict):
            holder[draw(WORDS)] = draw(VALUES)
        case "deep":
            holder[key] = draw(DEEP)


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return installed()


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(recipe=recipes())
def test_changed_recipes_are_recipes_or_problems(plugins: Plugins, recipe: dict[str, Any]) -> None:
    text = tomli_w.dumps(recipe)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recipe.toml"
        path.write_text(text, encoding="utf-8")
        try:
            load(path, (), plugins)
        except RecipeError as error:
            for problem in error.problems:
                assert problem.where is not None
                assert re.fullmatch(rf"{re.escape(str(path))}(:\d+)?", problem.where), problem
                assert problem.where != str(path) or "is missing" in problem.what or "too deeply" in problem.what
