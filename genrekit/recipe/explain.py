"""Turns Pydantic's findings into what a compiler would say: file:line, the line, did-you-mean, what there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from genrekit.errors import Problem, did_you_mean
from genrekit.plugins import Plugins
from genrekit.recipe.model import KIND_OF_FIELD, Recipe, StopEarly, Train

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Source:
    """The recipe's text, where its keys stand, and which paths came from the command line."""

    file: str
    text: str
    lines: dict[Path, int]
    overrides: dict[Path, str]

    def locate(self, path: Path) -> tuple[str, str | None]:
        """(``file:line`` or ``--set …``, the text there) of the innermost part of ``path`` that is written down."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.overrides:
                return self.overrides[path[:end]], None
            if path[:end] in self.lines:
                number = self.lines[path[:end]]
                return f"{self.file}:{number}", self.text.splitlines()[number - 1]
        return self.file, None


def explain(
    error: ValidationError, data: dict[str, Any], model: type[Recipe], plugins: Plugins, source: Source
) -> Iterator[Problem]:
    """One problem for each thing Pydantic found, in the order of the file."""
    problems = [_problem(detail, data, model, plugins, source) for detail in error.errors(include_url=False)]
    yield from sorted(set(problems), key=lambda problem: _order(problem, source))


def _order(problem: Problem, source: Source) -> tuple[int, str]:
    line = (problem.where or "").removeprefix(f"{source.file}:")
    return (int(line) if line.isdigit() else 0, problem.what)


def _problem(
    detail: ErrorDetails, data: dict[str, Any], model: type[Recipe], plugins: Plugins, source: Source
) -> Problem:
    path = _as_written(detail["loc"], data)
    kind = detail["type"]
    shown = path
    if kind == "missing":
        what, shown = f"'{path[-1]}' is missing{_meaning(path, data, model, plugins)}", path[:-1]
    elif kind == "extra_forbidden":
        known = _options(path[:-1], data, model, plugins)
        close = did_you_mean(str(path[-1]), known)
        what = f"unknown option '{path[-1]}'{close or '; available: ' + ', '.join(known)}"
    elif kind in {"union_tag_invalid", "union_tag_not_found"} or path[-1:] == ("use",):
        path = path[:-1] if path[-1:] == ("use",) else path
        what, shown = _wrong_name(path, data, plugins), (*path, "use")
    else:
        what = f"'{_dotted(path)}' {_reason(detail)}"
    where, line = source.locate(shown)
    return Problem(f"{_table(path, kind)}{what}", where=where, source=line)


def _as_written(loc: Path, data: Any) -> Path:
    """Pydantic's location without the union tags that it puts between, which nobody wrote."""
    path: list[str | int] = []
    here: Any = data
    for position, part in enumerate(loc):
        tag = isinstance(here, dict) and part == here.get("use") and position < len(loc) - 1
        if tag and path and _kind_at(tuple(path)):
            continue
        path.append(part)
        here = _child(here, part)
    return tuple(path)


def _child(here: Any, part: str | int) -> Any:
    if isinstance(here, dict):
        return here.get(part)
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return here[part]
    return None


def _kind_at(path: Path) -> str | None:
    names = [part for part in path if isinstance(part, str)]
    depth = 2 if names[:1] == ["train"] else 1
    return KIND_OF_FIELD.get(names[-1]) if len(names) == depth else None


def _wrong_name(path: Path, data: Any, plugins: Plugins) -> str:
    kind = _kind_at(path) or "component"
    here: Any = data
    for part in path:
        here = _child(here, part)
    name = here.get("use") if isinstance(here, dict) else None
    if isinstance(name, str):
        return plugins.absent(kind, name)
    names = ", ".join(plugins.registry.names(kind))
    return f"say which {kind}: use = \"…\"; available: {names}"


def _class_at(path: Path, data: Any, model: type[Recipe], plugins: Plugins) -> type[BaseModel] | None:
    kind, here = _kind_at(path), data
    for part in path:
        here = _child(here, part)
    if kind and isinstance(here, dict):
        claimed = plugins.registry.claims.get((kind, str(here.get("use"))), [])
        return claimed[0].component if claimed else None
    return {(): model, ("train",): Train, ("train", "stop_early"): StopEarly}.get(path)


def _options(path: Path, data: Any, model: type[Recipe], plugins: Plugins) -> list[str]:
    found = _class_at(path, data, model, plugins)
    return [name for name in found.model_fields if name != "use"] if found else []


def _meaning(path: Path, data: Any, model: type[Recipe], plugins: Plugins) -> str:
    found = _class_at(path[:-1], data, model, plugins)
    field = found.model_fields.get(str(path[-1])) if found else None
    meaning = f" ({field.description})" if field and field.description else ""
    kind = _kind_at(path)
    return meaning + (f"; available: {', '.join(plugins.registry.names(kind))}" if kind else "")


def _table(path: Path, kind: str) -> str:
    tables = [str(part) for part in (path[:-1] if kind in {"missing", "extra_forbidden"} else path[:-1] or path)]
    return f"[{'.'.join(tables)}] " if tables else ""


def _reason(detail: ErrorDetails) -> str:
    message = detail["msg"].removeprefix("Value error, ")
    message = message.removeprefix("Input ").replace("a valid ", "a ")
    given = detail["input"]
    shown = repr(str(given) if isinstance(given, str) else given)
    return f"{message[:1].lower()}{message[1:]}; it is {shown if len(shown) <= 60 else shown[:57] + '…'}"


def _dotted(path: Path) -> str:
    return str(path[-1]) if path and isinstance(path[-1], str) else ".".join(map(str, path))


