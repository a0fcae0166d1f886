"""``--executor NAME`` and ``--executor-option KEY=VALUE``: an executor outside any recipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from genrekit.errors import GenrekitError

if TYPE_CHECKING:
    from genrekit.component import Executor
    from genrekit.recipe.model import Recipe
    from genrekit.recipe.place import Path


def chosen_executor(name: str | None, options: Sequence[str]) -> Executor | None:
    """The executor of that name with these options, written as in ``--set``; None if none is named."""
    if name is None:
        if options:
            raise GenrekitError("--executor-option is of no executor", hint=f"--executor NAME {_typed(options[0])}")
        return None
    return _made(name, dict(map(_pair, options)))


def _made(name: str, options: dict[str, Any]) -> Executor:
    """As a recipe would have it, with a recipe's explanations."""
    from pydantic import Field, ValidationError, create_model

    from genrekit.plugins import installed
    from genrekit.recipe.explain import explain
    from genrekit.recipe.model import component_union
    from genrekit.recipe.sections import Section
    from genrekit.recipe.source import Source

    found, data = installed(), {"executor": {**options, "use": name}}
    union = component_union(found.registry, "executor", {name})
    section = cast("type[Recipe]", create_model("Place", __base__=Section, executor=(union, Field())))
    try:
        return section.model_validate(data).executor
    except ValidationError as error:
        typed: dict[Path, str] = {("executor", key): _typed(f"{key}={value}") for key, value in options.items()}
        source = Source("--executor", "", {("executor",): f"--executor {name}"} | typed)
        raise GenrekitError.of(explain(error, data, section, found, source)) from None


def _pair(option: str) -> tuple[str, Any]:
    from genrekit.recipe.override import parse_value

    key, equals, value = option.partition("=")
    if not (key and equals):
        raise GenrekitError(
            f"'{option}' is not KEY=VALUE", where="--executor-option", hint="--executor-option workers=4"
        )
    return key.strip(), parse_value(value)


def _typed(option: str) -> str:
    return f"--executor-option {option}"
