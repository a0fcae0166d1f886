"""The recipe: its sections, and the components that genrekit ships for each."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

from markup import anchor, prose
from option_row import Row, option_row
from pydantic.fields import FieldInfo

from genrekit.cli.option_text import OptionText, option_texts
from genrekit.component import Component
from genrekit.recipe.model import Recipe, kind_of
from genrekit.recipe.sections import Section
from genrekit.registry import Registry

DISTRIBUTION = "genrekit"


@dataclass(frozen=True)
class Shipped:
    """A component that comes with genrekit."""

    name: str
    text: str
    options: list[Row]
    is_default: bool


@dataclass(frozen=True)
class Part:
    """A part of the page: a table of the core's own options, or the components of a kind."""

    title: str
    text: str
    options: list[Row] = field(default_factory=list)
    components: list[Shipped] = field(default_factory=list)


def sections(registry: Registry) -> list[Part]:
    """Every part, in the order of a recipe."""
    return list(_parts(Recipe, "", "The keys above all tables", registry))


def _parts(section: type[Section], prefix: str, title: str, registry: Registry) -> Iterator[Part]:
    fields = section.model_fields
    rows = [_row(option, fields[option.name], prefix, registry) for option in option_texts(section)]
    yield Part(title, _text(section), rows)
    for name, option in fields.items():
        heading, nested = _heading(name, option, prefix), _section(option.annotation)
        kind = kind_of(option.annotation)
        if kind:
            yield Part(heading, prose(_sentence(option.description or "")), [], _shipped(kind, registry))
        elif nested:
            yield from _parts(nested, f"{prefix}{name}.", heading, registry)


def _row(option: OptionText, found: FieldInfo, prefix: str, registry: Registry) -> Row:
    kind, nested = kind_of(found.annotation), _section(found.annotation)
    if not kind and not nested:
        return option_row(option)
    listed = get_origin(found.annotation) is list
    word = "components" if listed else "component" if kind else "table"
    type_ = f"[{word}](#{anchor(_heading(option.name, found, prefix))})"
    default = _default(found, registry.default(kind) if kind else nested)
    return Row(f"`{option.name}`", type_, default, prose(option.description))


def _default(option: FieldInfo, used: type[Any] | None) -> str:
    if isinstance(option.default, Section):
        return "its defaults"
    if not option.is_required():
        return "none" if option.default is None else f"`{option.default}`"
    if used is None:
        return "required"
    return f"`{used.name()}`" if issubclass(used, Component) else "its defaults"


def _heading(name: str, option: FieldInfo, prefix: str) -> str:
    return f"`[[{prefix}{name}]]`" if get_origin(option.annotation) is list else f"`[{prefix}{name}]`"


def _section(annotation: Any) -> type[Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next(filter(None, map(_section, get_args(annotation))), None)


def _shipped(kind: str, registry: Registry) -> list[Shipped]:
    default = registry.default(kind)
    return [
        Shipped(
            entry.component.name(),
            _text(entry.component),
            [option_row(option) for option in option_texts(entry.component)],
            entry.component is default,
        )
        for entry in registry.entries(kind)
        if entry.distribution == DISTRIBUTION
    ]


def _text(documented: type[Any]) -> str:
    return prose(inspect.cleandoc(documented.__doc__ or ""))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
