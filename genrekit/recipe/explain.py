"""Turns Pydantic's findings into what a compiler would say: file:line, the line, did-you-mean, what there is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from genrekit.errors import Problem
from genrekit.plugins import Plugins
from genrekit.recipe.model import Recipe
from genrekit.recipe.place import Path, Place, find
from genrekit.recipe.source import Source
from genrekit.recipe.unknown_option import unknown_option
from genrekit.recipe.unknown_table import unknown_table

_NO_TABLE = {"model_attributes_type", "model_type", "dict_type"}
_PLAIN = {
    "list_type": "should be an array",
    "tuple_type": "should be an array",
    "int_from_float": "should be an integer",
    "bool_type": "should be true or false",
    "path_type": "should be a path, in quotes",
    "finite_number": "should be a finite number",
}
_SHORTER = {
    "a valid integer": "an integer",
    "a valid ": "a ",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
}


def explain(
    error: ValidationError, data: dict[str, Any], model: type[Recipe], plugins: Plugins, source: Source
) -> Iterator[Problem]:
    """One problem for each thing Pydantic found, in the order of the file; what stands in no line comes last."""
    found: dict[Problem, int] = {}
    told = [_told(detail, data, model, plugins) for detail in error.errors(include_url=False)]
    misspelt = {name for path, what in told if len(path) == 1 for name in re.findall(r"did you mean '(\w+)'\?", what)}
    for path, what in told:
        if not path and any(what.startswith(f"'{name}' is missing") for name in misspelt):
            continue
        spot = source.locate(path)
        found[Problem(what, where=spot.where, source=spot.text)] = spot.line
    yield from sorted(found, key=lambda problem: found[problem] or float("inf"))


def _told(detail: ErrorDetails, data: Any, model: type[Recipe], plugins: Plugins) -> tuple[Path, str]:
    """Which key an error is about, and what to say of it."""
    loc = detail["loc"]
    place = find(model, data, loc)
    if detail["type"] == "extra_forbidden":
        table = find(model, data, loc[:-1])
        name, root = str(loc[-1]), find(model, data, ())
        unknown = unknown_option(name, table, root) if len(loc) > 1 else unknown_table(name, table, plugins)
        return place.path, _in(table.path) + unknown
    if detail["type"] == "missing":
        table = find(model, data, loc[:-1])
        return table.path, _in(table.path) + _missing(str(loc[-1]), table, plugins)
    if detail["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return (*place.path, "use"), _in(place.path) + _wrong_name(place, plugins)
    if place.owner and detail["type"] == "value_error":
        return _named(place, detail["msg"]), _in(place.path) + _reason(detail)
    table_path, name = _split(place.path)
    return place.path, f"{_in(table_path)}'{name}'{_wrong_value(detail, place)}"


def _named(place: Place, message: str) -> Path:
    """The first option that the message names and that is written in the table; else the table."""
    written = place.value if isinstance(place.value, dict) else {}
    return next(((*place.path, word) for word in re.findall(r"\w+", message) if word in written), place.path)


def _missing(name: str, table: Place, plugins: Plugins) -> str:
    place = table.step(name)
    meaning = f" ({place.description})" if place.description else ""
    if not place.kind:
        return f"'{name}' is missing{meaning}"
    write = f'; write [{_dotted(place.path)}] with use = "…"' if plugins.registry.names(place.kind) else ""
    return f"'{name}' is missing{meaning}{_available(place.kind, plugins)}{write}"


def _wrong_name(place: Place, plugins: Plugins) -> str:
    kind = place.kind or "component"
    name = place.value.get("use") if isinstance(place.value, dict) else None
    if isinstance(name, str):
        return plugins.absent(kind, name)
    given = "" if name is None else f", not {shown(name)}"
    return f'say which {kind}: use = "…"{given}{_available(kind, plugins)}'


def _available(kind: str, plugins: Plugins) -> str:
    names = plugins.registry.names(kind)
    if not names:
        return f"; no {kind} plugin is installed{plugins.not_loaded()}"
    rivals = plugins.registry.defaults(kind)
    several = f"; several say that they are the default: {' and '.join(map(str, rivals))}" if len(rivals) > 1 else ""
    return f"{several}; available: {', '.join(names)}"


def _in(table: Path) -> str:
    return f"[{_dotted(table)}] " if table else ""


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _split(path: Path) -> tuple[Path, str]:
    """The table, and what stands in it: ``name``, or ``name.2`` for an element of an array."""
    end = max((index for index, part in enumerate(path) if isinstance(part, str)), default=0)
    return path[:end], _dotted(path[end:])


def _wrong_value(detail: ErrorDetails, place: Place) -> str:
    if detail["type"] == "value_error":
        return f": {_reason(detail)}; it is {shown(detail['input'])}"
    wanted = _wanted_shape(detail, place)
    return f" {wanted or f'{_reason(detail, place)}; it is ' + shown(detail['input']) + _as_number(detail)}"


def _as_number(detail: ErrorDetails) -> str:
    """What to write where a number stands in quotes."""
    given = detail["input"]
    number = isinstance(given, str) and re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", given)
    return f"; write {given}, without quotes" if number and detail["type"] in {"int_type", "float_type"} else ""


def _wanted_shape(detail: ErrorDetails, place: Place) -> str | None:
    """What to write where a table, or an array of tables, is wanted and something else stands."""
    name = _dotted(place.path)
    if detail["type"] == "list_type" and place.kind:
        return f"should be an array of tables; write [[{name}]]"
    if detail["type"] not in _NO_TABLE:
        return None
    if isinstance(place.value, list):
        return f"should be one table, not an array; write [{name}]"
    named = place.kind and isinstance(place.value, str)
    use = f'; write {place.path[-1]} = {{ use = "{place.value}" }}' if named else ""
    return f"should be a table, not {shown(place.value)}{use}"


def _reason(detail: ErrorDetails, place: Place | None = None) -> str:
    if detail["type"] == "string_pattern_mismatch" and place and place.description:
        return f"is not of the right form ({place.description})"
    if isinstance(detail["input"], float) and math.isnan(detail["input"]):
        return "should be a number"
    message = _PLAIN.get(detail["type"]) or re.sub(r"^(Value error, |[A-Z][a-z]+ (?=should))", "", detail["msg"])
    for theirs, ours in _SHORTER.items():
        message = message.replace(theirs, ours)
    return message[:1].lower() + message[1:]


def shown(value: Any, longest: int = 60) -> str:
    """A value as TOML would write it, more or less, and not too long."""
    if isinstance(value, bool):
        return str(value).lower()
    try:
        text = repr(str(value) if isinstance(value, str) else value)
    except ValueError:  # Python refuses to write out integers of thousands of digits.
        text = "a very long number"
    return text if len(text) <= longest else text[: longest - 1] + "…"
