"""From a TOML file to a checked recipe, or to every problem in it at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from genrekit.errors import GenrekitError, RecipeError
from genrekit.plugins import Plugins, installed
from genrekit.recipe.explain import Source, explain
from genrekit.recipe.lines import key_lines
from genrekit.recipe.model import Recipe, recipe_model
from genrekit.recipe.override import apply_overrides


def load(path: str | Path, overrides: Iterable[str] = (), plugins: Plugins | None = None) -> Recipe:
    """Read, override and check a recipe. Raises `RecipeError` with all problems; imports no torch."""
    path, plugins = Path(path), plugins or installed()
    text = _read(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, text, str(error)) from None
    source = Source(str(path), text, key_lines(text), apply_overrides(data, overrides))
    model = recipe_model(plugins.registry)
    try:
        recipe = model.model_validate(data, context={"base": path.resolve().parent})
    except ValidationError as error:
        raise RecipeError.of(explain(error, data, model, plugins, source)) from None
    except RecursionError:
        raise RecipeError("the recipe is nested too deeply", where=str(path)) from None
    _check_shapes(recipe, source)
    return recipe


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        near = sorted(other.name for other in path.parent.glob("*.toml")) if path.parent.is_dir() else []
        there = f"there: {', '.join(near[:8])}" if near else f"{path.parent} holds no recipe"
        raise RecipeError(f"no recipe at {path}", why=there, hint="genrekit run examples/quickstart.toml") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"cannot read the recipe: {error}", where=str(path)) from None


def _syntax_error(path: Path, text: str, message: str) -> GenrekitError:
    at = re.search(r"\(at line (\d+), column (\d+)\)", message)
    lines = text.splitlines()
    number = int(at.group(1)) if at else max(len(lines), 1)
    line = lines[number - 1] if number <= len(lines) else ""
    reason = re.sub(r" \(at .*\)$", "", message)
    return RecipeError(f"not valid TOML: {reason}", where=f"{path}:{number}", source=line)


def _check_shapes(recipe: Recipe, source: Source) -> None:
    """What options of two components together make impossible, as far as arithmetic without torch tells."""
    shape = recipe.features.output_shape()
    if shape is None:
        return
    try:
        recipe.model.check(shape, classes=2)
    except ValueError as error:
        where, line = source.locate(("model",))
        what = f"[model] {recipe.model.use} cannot take features of shape {tuple(shape)}: {error}"
        raise RecipeError(what, where=where, source=line) from None
