"""What components of every kind have in common."""

from __future__ import annotations

import inspect
import json
import pickle
from typing import Any, TypeVar

from pydantic import ValidationError

from genrekit.cli.option_text import option_texts, tables_within
from genrekit.component import Component
from genrekit.testing.contract import Case, Skip, check

T = TypeVar("T", bound=Component)


@check("documented")
def documented(case: Case) -> None:
    """The class has a docstring that says what it is, and every option a description: people see both."""
    component = type(case.component)
    text = inspect.cleandoc(component.__dict__.get("__doc__") or "")
    assert text, f"class {component.__name__} has no docstring; its first line is what `genrekit plugins show` says"
    bare = [option.name for option in option_texts(component) if not option.description.strip()]
    for name, table in tables_within(component):
        bare += [f"{name}.{option.name}" for option in option_texts(table) if not option.description.strip()]
    assert not bare, f"no description: {', '.join(bare)}; write genrekit.Field(default, description=…)"


@check("options have types")
def typed(case: Case) -> None:
    """Options have types that recipes can be checked against and editors can complete."""
    vague = [option.name for option in option_texts(type(case.component)) if option.type == "anything"]
    assert not vague, f"of no type: {', '.join(vague)}; recipes would take whatever stands there"


@check("defaults")
def defaults(case: Case) -> None:
    """With no option required, the component can be made: that is what a recipe that says nothing gets."""
    component = type(case.component)
    if any(option.is_required() for option in component.model_fields.values()):
        return
    try:
        component()
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise Skip(f"the defaults do not do alone: {reason}") from None


@check("written and read")
def written_and_read(case: Case) -> None:
    """The options survive JSON and TOML: the run folder's recipe and the bundle hold them."""
    import tomllib

    import tomli_w

    component = case.component
    data = component.model_dump(mode="json")
    assert type(component).model_validate(data) == component, f"read back from {data} it is another"
    text = tomli_w.dumps(_without_none(data))
    again = type(component).model_validate(tomllib.loads(text))
    assert again == component, "an option that is none is not its default, so TOML cannot say it"


@check("what decides its results", when=lambda component: hasattr(component, "identity"))
def identity(case: Case) -> None:
    """identity() is what JSON can hold, and always the same while nothing changes: features are stored by it."""
    component, again = case.component, pickle.loads(pickle.dumps(case.component))
    found = component.identity()
    try:
        json.dumps(found)
    except (TypeError, ValueError) as error:
        raise AssertionError(f"identity() is not ready for JSON: {error}") from None
    assert again.identity() == component.identity() == found, "an equal component has another identity()"


@check("read-only")
def read_only(case: Case) -> None:
    """A component never changes: a run's recipe is written before it is used."""
    config = type(case.component).model_config
    assert config.get("frozen"), "model_config lifts frozen=True"
    assert config.get("extra") == "forbid", "model_config lifts extra='forbid': typing mistakes would go unseen"


@check("pickled")
def pickled(case: Case) -> None:
    """Components go to worker processes."""
    try:
        again = pickle.loads(pickle.dumps(case.component))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise AssertionError(f"it cannot be pickled: {error}; define the class at a module's top level") from None
    assert again == case.component, "what is unpickled is not equal"


def portable_copy(component: T) -> T:
    """The component as a bundle writes it, read again."""
    options = component.portable().model_dump(mode="json")
    again = type(component).model_validate(options)
    assert again.portable() == again, "portable() of what portable() gives is another one yet"
    return again


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(inner) for key, inner in value.items() if inner is not None}
    return [_without_none(inner) for inner in value] if isinstance(value, list) else value
