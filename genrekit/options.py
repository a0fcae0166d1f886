"""Typed options: what the tables of a recipe are made of, the core's and the components' alike."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from genrekit.errors import UnreadableError


class Options(BaseModel):
    """Read-only, no unknown keys, defaults checked too, and numbers and truth values as strict as TOML has them."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, validate_default=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        _make_scalars_strict(schema)
        return schema


Some = TypeVar("Some", bound=Options)


def ready(options: type[Some], origin: str) -> type[Some]:
    """``options`` with its validator built; an `UnreadableError` that begins with ``origin`` if that cannot be done."""
    try:
        options.model_rebuild()
    except Exception as error:
        why, *_ = str(error).splitlines() or [type(error).__name__]
        raise UnreadableError(f"{origin} has an option that cannot be read", why=why) from error
    return options


def resolve(options: type[Options]) -> None:
    """Raise NameError if an option is annotated with a name that does not exist; otherwise quick."""
    if not options.__pydantic_fields_complete__:
        options.model_rebuild()


def _make_scalars_strict(schema: Any) -> None:
    """Pydantic reads ``"3"`` and ``true`` as numbers otherwise. Its strict mode would refuse tuples and paths too."""
    if isinstance(schema, list | tuple):
        for element in schema:
            _make_scalars_strict(element)
    elif isinstance(schema, dict):
        if schema.get("type") in {"int", "float", "bool"}:
            schema["strict"] = True
        for key, element in schema.items():
            if key != "metadata":
                _make_scalars_strict(element)
