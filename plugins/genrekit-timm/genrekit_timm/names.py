"""timm's model names, told without importing timm: it takes seconds, and torch with it.

The list in ``names.txt`` is of one version of timm. Another version knows other names too, so a name that is not in the
list is not refused before timm itself has been asked.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from genrekit.errors import did_you_mean

LIST = Path(__file__).with_name("names.txt")


@functools.cache
def listed() -> tuple[str, dict[str, tuple[str, ...]]]:
    """The version of timm that the list is of, and its architectures with the tags of their pretrained weights."""
    head, *lines = LIST.read_text(encoding="utf-8").splitlines()
    rows = (line.split() for line in lines)
    return head.removeprefix("# timm "), {name: tuple(tags) for name, *tags in rows}


@functools.cache
def names() -> tuple[str, ...]:
    """Every architecture, ``resnet50``, and every set of pretrained weights, ``resnet50.a1_in1k``."""
    _, architectures = listed()
    return tuple(full for name, tags in architectures.items() for full in (name, *(f"{name}.{tag}" for tag in tags)))


def check_name(name: str) -> str:
    """``name``; ValueError where neither the list nor the installed timm has it."""
    if name not in _known() and not _is_model(name):
        raise ValueError(_unknown(name))
    return name


def has_weights(name: str) -> bool:
    """Whether timm has pretrained weights of the network; True where the list does not know the name."""
    _, architectures = listed()
    return bool(architectures.get(name, "unknown"))


def _unknown(name: str) -> str:
    architecture, _, tag = name.partition(".")
    tags = listed()[1].get(architecture)
    if tags is None:
        return f"timm has no such model{did_you_mean(name, names())}"
    if not tags:
        return f"timm has no pretrained weights of {architecture}: leave .{tag} out"
    return f"timm has no weights '{tag}' of {architecture}; there are: {', '.join(tags)}"


@functools.cache
def _known() -> frozenset[str]:
    return frozenset(names())


def _is_model(name: str) -> bool:
    """Asks the installed timm, which takes seconds: only for names that are mistyped, or newer than the list."""
    import timm

    architecture, _, tag = name.partition(".")
    if not timm.is_model(architecture):
        return False
    return not tag or name in timm.list_pretrained(f"{architecture}.*")


class _Completed:
    """In the JSON schema any text will do, but editors know the names."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(names())}, {"type": "string"}]}


ModelName = Annotated[str, AfterValidator(check_name), _Completed()]
"""The type of an option that is a timm model's name."""
