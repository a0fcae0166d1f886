"""``--set train.epochs=3``: change a recipe from the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

from genrekit.errors import RecipeError
from genrekit.paths import Override

Path = tuple[str | int, ...]


def apply_overrides(data: dict[str, Any], overrides: Iterable[str]) -> dict[Path, str]:
    """Change ``data`` in place; returns which path was set by which override, for error messages."""
    origins: dict[Path, str] = {}
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals or not all(part.strip() for part in key.split(".")):
            raise RecipeError(
                f"'{override}' is not an override", where="--set", hint="--set train.epochs=3  (key, '=', value)"
            )
        path: Path = tuple(int(part) if part.isdigit() else part for part in key.strip().split("."))
        origins[_put(data, path, parse_value(value), f"--set {override}")] = f"--set {override}"
    return origins


def parse_value(text: str) -> Any:
    """``text`` as a TOML value where it is one (``3``, ``true``, ``[1, 2]``, ``{use = "sgd"}``), else as a string."""
    try:
        return _mark(tomllib.loads(f"value = {text}")["value"])
    except tomllib.TOMLDecodeError:
        return Override(text.strip())


def _mark(value: Any) -> Any:
    if isinstance(value, str):
        return Override(value)
    if isinstance(value, list):
        return [_mark(element) for element in value]
    if isinstance(value, dict):
        return {key: _mark(element) for key, element in value.items()}
    return value


def _put(data: dict[str, Any], path: Path, value: Any, where: str) -> Path:
    here: Any = data
    for depth, part in enumerate(path[:-1]):
        if isinstance(here, dict):
            here = here.setdefault(str(part), {})
        elif isinstance(here, list):
            here = here[_index(here, part, path[:depth], where)]
        if not isinstance(here, dict | list):
            raise RecipeError(f"'{_dotted(path[: depth + 1])}' is {here!r}, not a table", where=where)
    if isinstance(here, list):
        if path[-1] == len(here):
            here.append(value)
        else:
            here[_index(here, path[-1], path[:-1], where)] = value
    else:
        here[str(path[-1])] = value
    return path


def _index(items: list[Any], part: str | int, path: Path, where: str) -> int:
    if not isinstance(part, int) or part >= len(items):
        count = f"{len(items)} element" + ("s" if len(items) != 1 else "")
        raise RecipeError(
            f"'{_dotted(path)}' has {count}, counted from 0; there is no '{part}'",
            where=where,
            hint=f"{_dotted(path)}.{len(items)}={{use = \"…\"}} appends one",
        )
    return part


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
