"""``--set train.epochs=3``: change a recipe from the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from genrekit.errors import RecipeError
from genrekit.paths import Override
from genrekit.recipe.place import Path


def apply_overrides(data: dict[str, Any], overrides: Iterable[str]) -> dict[Path, str]:
    """Change ``data`` in place; returns which path was set by which override, for error messages."""
    return {_apply(data, override): f"--set {override}" for override in overrides}


def _apply(data: dict[str, Any], override: str) -> Path:
    key, equals, value = override.partition("=")
    parts = _parts(key)
    if not equals or not parts:
        hint = "--set train.epochs=3  (key, '=', value)"
        raise RecipeError(f"'{override}' is not an override", where="--set", hint=hint)
    return _put(data, parts, parse_value(value), f"--set {override}")


def _parts(key: str) -> list[str]:
    """The parts of a dotted key, which may be quoted as in TOML; none if it is no key."""
    try:
        here: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return []
    parts = []
    while isinstance(here, dict) and len(here) == 1:
        part, here = next(iter(here.items()))
        parts.append(part)
    return parts if here == 0 else []


def parse_value(text: str) -> Any:
    """``text`` as a TOML value where it is one (``3``, ``true``, ``[1, 2]``, ``{use = "sgd"}``), else as a string."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except ValueError:
        return Override(text.strip())
    return _mark(parsed["value"]) if len(parsed) == 1 else Override(text.strip())


def _mark(value: Any) -> Any:
    if isinstance(value, str):
        return Override(value)
    if isinstance(value, list):
        return [_mark(element) for element in value]
    if isinstance(value, dict):
        return {key: _mark(element) for key, element in value.items()}
    return value


def _put(data: dict[str, Any], parts: list[str], value: Any, where: str) -> Path:
    """Set what ``parts`` lead to; tables and arrays on the way that are not there yet are made."""
    here: Any = data
    path: Path = ()
    for part, following in pairwise(parts):
        path = (*path, _key(here, part, path, where))
        here = _child(here, path[-1], [] if _is_index(following) else {})
    path = (*path, _key(here, parts[-1], path, where))
    _set(here, path[-1], value)
    return path


def _child(here: Any, key: Any, missing: Any) -> Any:
    if key not in (range(len(here)) if isinstance(here, list) else here):
        _set(here, key, missing)
    return here[key]


def _set(here: Any, key: Any, value: Any) -> None:
    if isinstance(here, list) and key == len(here):
        here.append(value)
    else:
        here[key] = value


def _is_index(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) < 10


def _key(here: Any, part: str, path: Path, where: str) -> str | int:
    """``part`` as a key of ``here``, or as an index, where one past the last element appends."""
    if isinstance(here, dict):
        return part
    if not isinstance(here, list):
        raise RecipeError(f"'{_dotted(path)}' is {here!r}, not a table", where=where, hint=f"--set {_dotted(path)}=…")
    if not _is_index(part) or int(part) > len(here):
        count = f"{len(here)} element" + ("s" if len(here) != 1 else "")
        raise RecipeError(
            f"'{_dotted(path)}' has {count}, counted from 0; there is no '{part}'",
            where=where,
            hint=_instead(here, part, path),
        )
    return int(part)


def _instead(here: list[Any], part: str, path: Path) -> str:
    if here and not _is_index(part):
        return f"--set {_dotted(path)}.0.{part}=… changes the first"
    return f"--set {_dotted(path)}.{len(here)}='{{use = \"…\"}}' appends one"


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
