"""A recipe with other values in the place of some options."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from genrekit.plugins import installed, normal
from genrekit.recipe import Recipe, dump
from genrekit.recipe.explain import explain
from genrekit.recipe.fill import name_defaults
from genrekit.recipe.place import Place
from genrekit.recipe.source import Source
from genrekit_tune.space import Path, Space

Values = Mapping[Path, Any]


def resolved(recipe: Recipe) -> dict[str, Any]:
    """The recipe as TOML data, every default written out."""
    return tomllib.loads(dump(recipe))


def substituted(recipe: Recipe, values: Values) -> dict[str, Any]:
    """The recipe as its author wrote it, as TOML data, with ``values`` and without ``[tune]``.

    Raises LookupError where a path leads past the end of an array, or through something that is no table.
    """
    data = tomllib.loads(dump(recipe, as_written=True))
    data.pop("tune", None)
    data["requires"] = [name for name in data.get("requires", []) if normal(name) != "genrekit-tune"]
    put = {_put(data, path, value) for path, value in values.items()}
    name_defaults(data, put, installed().registry)
    return data


def _put(data: Any, path: Path, value: Any) -> tuple[str | int, ...]:
    """Set one option; returns its path with indices as integers."""
    here, done = data, list[str | int]()
    for part, following in zip(path, [*path[1:], None], strict=True):
        key: str | int = part
        if isinstance(here, list):
            key = int(part) if part.isdigit() else len(here)
            if key >= len(here):
                raise LookupError(f"'{'.'.join(map(str, done))}' has {len(here)} elements, counted from 0; no '{part}'")
        elif not isinstance(here, dict):
            raise LookupError(f"'{'.'.join(map(str, done))}' is {here!r}, not a table")
        done.append(key)
        if following is None:
            here[key] = value
        else:
            if isinstance(here, dict):
                here.setdefault(key, {})
            here = here[key]
    return tuple(done)


def problem_with(recipe: Recipe, values: Values) -> str | None:
    """Why the recipe cannot have ``values``; None if it can."""
    try:
        data = substituted(recipe, values)
        type(recipe).model_validate(data)
    except LookupError as error:
        return str(error.args[0])
    except ValidationError as error:
        source = Source("recipe", "", {})
        return next(explain(error, data, type(recipe), installed(), source)).what
    return None


def settled(recipe: Recipe, path: Path, space: Space) -> Space:
    """The space in the option's own type: whole numbers are numbers with a point where the option has those."""
    if space.choices is not None or not _takes_floats(recipe, path):
        return space
    numbers = {name: getattr(space, name) for name in ("low", "high", "step")}
    return space.model_copy(update={name: None if v is None else float(v) for name, v in numbers.items()})


def _takes_floats(recipe: Recipe, path: Path) -> bool:
    place = Place((), resolved(recipe), type(recipe))
    for part in path:
        place = place.step(int(part) if part.isdigit() and isinstance(place.value, list) else part)
    types = set(_types(place.annotation))
    return float in types and int not in types


def _types(annotation: Any) -> list[Any]:
    inner = [found for argument in get_args(annotation) for found in _types(argument)]
    plain = isinstance(annotation, type) and not issubclass(annotation, BaseModel)
    return [annotation, *inner] if plain else inner


def value_at(recipe: Recipe, path: Path) -> Any:
    """The option's value in the recipe; None if it has none."""
    here: Any = resolved(recipe)
    for part in path:
        if isinstance(here, list) and part.isdigit() and int(part) < len(here):
            here = here[int(part)]
        elif isinstance(here, dict):
            here = here.get(part)
        else:
            return None
    return here
