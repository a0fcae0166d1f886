"""From a TOML file to a checked recipe, or to every problem in it at once."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from genrekit.errors import DataError, RecipeError
from genrekit.plugins import Plugins, installed
from genrekit.recipe.exchanged import exchanged
from genrekit.recipe.explain import explain
from genrekit.recipe.fill import name_defaults
from genrekit.recipe.model import Recipe, recipe_model
from genrekit.recipe.override import apply_overrides
from genrekit.recipe.requirements import unmet, with_requirements
from genrekit.recipe.source import Source
from genrekit.recipe.syntax import syntax_error
from genrekit.recipe.table_problems import table_problems
from genrekit.recipe.tasks import task_problems


def load(path: str | Path, overrides: Iterable[str] = (), plugins: Plugins | None = None) -> Recipe:
    """Read, override and check a recipe. Raises `RecipeError` with all problems; imports no torch."""
    path, plugins = Path(path), plugins or installed()
    try:
        text = _read(path)
        data = _parse(path, text)
        source = Source(str(path), text, apply_overrides(data, overrides))
        name_defaults(data, source.overrides, plugins.registry)
        recipe = with_requirements(_validate(data, path.resolve().parent, plugins, source), plugins)
    except RecursionError:
        raise RecipeError("the recipe is nested too deeply", where=str(path)) from None
    if problems := [*task_problems(recipe, plugins, source), *table_problems(recipe, source)]:
        raise RecipeError.of(problems)
    _check_shapes(recipe, source)
    return recipe


@contextlib.contextmanager
def locating(recipe: Recipe, path: str | Path, overrides: Iterable[str] = ()) -> Iterator[None]:
    """Adds the recipe's line, or the override, to a `DataError` about something that stands there.

    That is a path that the data set's options name, or what the message begins with: ``[train] loss …``.
    """
    try:
        yield
    except DataError as error:
        (problem, *_) = error.problems
        about = _about(problem.what, recipe)
        if problem.where or not about:
            raise
        text = _read(Path(path))
        spot = Source(str(path), text, apply_overrides(_parse(Path(path), text), overrides)).locate(about)
        raise DataError.of([replace(problem, where=spot.where, source=spot.text)]) from None


def _about(what: str, recipe: Recipe) -> tuple[str | int, ...]:
    told = [name for name, value in recipe.dataset if isinstance(value, Path) and str(value) in what]
    if told:
        return ("dataset", told[0])
    section = re.match(r"\[([a-z_.]+)\] '?([a-z_]+)?", what)
    return (*section[1].split("."), section[2] or "") if section else ()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        near = [other.name for other in sorted(path.parent.glob("*.toml")) if other.name != "pyproject.toml"]
        there = f"the recipes in {path.parent} are {', '.join(near[:8])}" if near else f"{path.parent} holds no recipe"
        raise RecipeError(f"no recipe at {path}", why=there, hint="genrekit run examples/quickstart.toml") from None
    except UnicodeDecodeError as error:
        raise RecipeError(f"the recipe is not UTF-8 text: {error.reason}", where=str(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecipeError(f"cannot read the recipe: {reason.lower()}", where=str(path)) from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise syntax_error(path, text, str(error)) from None
    except ValueError as error:  # Python refuses to read integers of thousands of digits.
        raise RecipeError(f"not valid TOML: {error}", where=str(path)) from None


def _validate(data: dict[str, Any], base: Path, plugins: Plugins, source: Source) -> Recipe:
    # What reads a plugin's table may ask for more than the recipe names: other components to choose from, for instance.
    named = None if data.keys() & plugins.registry.tables.keys() else _named(data)
    model, problems = recipe_model(plugins.registry, named), list(unmet(data.get("requires"), plugins, source))
    try:
        recipe = model.model_validate(data, context={"base": base})
    except ValidationError as error:
        # What else could have been written is told too.
        whole = recipe_model(plugins.registry)
        found = [*problems, *explain(error, data, whole, plugins, source), *exchanged(error, source.overrides)]
        raise RecipeError.of(found) from None
    if problems:
        raise RecipeError.of(problems)
    return recipe


def _named(data: dict[str, Any]) -> set[str]:
    """The tables that a recipe has and what their ``use`` says, at any depth."""
    found, left = set[str](), [data]
    while left:
        value: Any = left.pop()
        if isinstance(value, dict):
            use = value.get("use")
            found.update(value, [use] if isinstance(use, str) else [])
        left += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found


def _check_shapes(recipe: Recipe, source: Source) -> None:
    """What options of two components together make impossible, as far as arithmetic without torch tells."""
    section, shape = "features", None
    try:
        shape = recipe.features.output_shape()
        section = "model"
        if shape is not None:
            recipe.model.check(shape, classes=2)
    except ValueError as error:
        spot = source.locate_named((section,), str(error))
        takes = f"{recipe.model.use} cannot take features of shape {list(shape)}: " if shape else ""
        raise RecipeError(f"[{section}] {takes}{error}", where=spot.where, source=spot.text) from None
