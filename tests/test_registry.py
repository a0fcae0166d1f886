from __future__ import annotations

import re
from typing import Any, Literal

import pytest

import genrekit
from genrekit.errors import PluginError
from genrekit.registry import Entry, Registry


class First(genrekit.Model):
    """One model."""

    use: Literal["first"] = "first"


class Second(genrekit.Model):
    """Another."""

    use: Literal["second"] = "second"


class Usurper(genrekit.Model):
    """One that takes a name."""

    use: Literal["first"] = "first"


def registry_of(*components: type[genrekit.Component]) -> Registry:
    registry = Registry()
    for component in components:
        registry.add("model", Entry(component, component.__name__.lower(), "dist"))
    return registry


def test_components_are_found_by_name() -> None:
    registry = registry_of(Second, First)
    assert registry.find("model", "first").component is First
    assert registry.names("model") == ["first", "second"]
    assert registry.names("dataset") == []


def test_an_unknown_name_says_what_there_is() -> None:
    with pytest.raises(PluginError) as caught:
        registry_of(First, Second).find("model", "frist")
    assert str(caught.value) == "unknown model 'frist'; did you mean 'first'? available: first, second"
    assert registry_of(First).unknown("model", "x") == "unknown model 'x'; available: first"
    assert Registry().unknown("dataset", "x") == "unknown dataset 'x'; no dataset plugin is installed"


def test_two_that_claim_a_name_lose_it_and_only_it() -> None:
    registry = registry_of(First, Second, Usurper)
    assert registry.names("model") == ["second"]
    assert list(registry.conflicts()) == [("model", "first")]
    with pytest.raises(PluginError) as caught:
        registry.find("model", "first")
    assert str(caught.value) == (
        "model 'first' is claimed by 2 plugins, 'first' (dist) and 'usurper' (dist); "
        "block all but one with --block NAME"
    )


def test_one_class_registered_twice_is_one_component() -> None:
    registry = registry_of(First, First)
    assert registry.find("model", "first").component is First
    assert registry.conflicts() == {}


def test_the_default_is_the_only_one_that_says_so() -> None:
    class Usual(genrekit.Model):
        """The usual one."""

        use: Literal["usual"] = "usual"
        default = True

    class Rival(genrekit.Model):
        """Another usual one."""

        use: Literal["rival"] = "rival"
        default = True

    assert registry_of(First).default("model") is None
    assert registry_of(First, Usual).default("model") is Usual
    assert registry_of(First, Usual, Rival).default("model") is None
    assert [entry.component for entry in registry_of(First, Usual, Rival).defaults("model")] == [Rival, Usual]


class Nameless(genrekit.Model):
    """A model without a name."""


class Loose(genrekit.Model):
    """A model whose name may be anything."""

    use: str = "loose"


class Double(genrekit.Model):
    """A model with two names."""

    use: Literal["double", "twice"] = "double"


class Demanding(genrekit.Model):
    """A default that nobody could get by default."""

    use: Literal["demanding"] = "demanding"
    default = True
    size: int = genrekit.Field(description="its size")


class Unreadable(genrekit.Model):
    """An option of a type that Pydantic does not know."""

    use: Literal["unreadable"] = "unreadable"
    size: memoryview = genrekit.Field(description="no type of an option")


class Unresolvable(genrekit.Model):
    """An option of a type that does not exist."""

    use: Literal["unresolvable"] = "unresolvable"
    size: NoSuchType = genrekit.Field(description="nothing")  # type: ignore[name-defined] # noqa: F821


class WrongKind(genrekit.Dataset):
    """Not a model."""

    use: Literal["wrong-kind"] = "wrong-kind"


@pytest.mark.parametrize(
    ("component", "said"),
    [
        (Nameless, 'Nameless has no name: give it  use: Literal["my-name"] = "my-name"'),
        (Loose, "Loose has no name"),
        (Double, "Double has no name"),
        (Demanding, "Demanding says that it is the default, but has options without a default"),
        (Unresolvable, "NoSuchType"),
        (WrongKind, "is not a genrekit.Model"),
        (First(), "is not a genrekit.Model"),
        (dict, "is not a genrekit.Model"),
        ("first", "'first' is not a genrekit.Model"),
    ],
)
def test_what_is_no_component_of_the_kind(component: Any, said: str) -> None:
    registry = Registry()
    with pytest.raises(Exception, match=re.escape(said)):
        registry.add("model", Entry(component, "p", "d"))
    assert registry.claims == {}


def test_options_that_nothing_can_read_are_found_when_they_are_wanted() -> None:
    registry = registry_of(First, Unreadable)
    assert registry.names("model") == ["first", "unreadable"]
    assert registry.find("model", "first").component is First
    with pytest.raises(PluginError) as caught:
        registry.find("model", "unreadable")
    assert str(caught.value) == (
        "model 'unreadable' of 'unreadable' (dist) has an option that cannot be read\n"
        "  why: Unable to generate pydantic-core schema for <class 'memoryview'>. "
        "Set `arbitrary_types_allowed=True` in the model_config to ignore this error or implement "
        "`__get_pydantic_core_schema__` on your type to fully support it."
    )
