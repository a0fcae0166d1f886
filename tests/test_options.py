from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field, ValidationError

from genrekit.options import Options


class Typed(Options):
    """An option of every type that recipes have."""

    whole: int = 3
    number: float = 0.5
    switch: bool = False
    pair: tuple[int, float] = (1, 2.0)
    path: Path = Path("x")
    maybe: int | None = None
    choice: Literal["a", "b"] = "a"
    many: list[float] = Field([])
    either: int | str = 1
    bounded: int = Field(3, ge=1)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("whole", 4, 4),
        ("number", 2, 2.0),
        ("number", float("inf"), float("inf")),
        ("switch", True, True),
        ("pair", [3, 4], (3, 4.0)),
        ("path", "a/b", Path("a/b")),
        ("maybe", 5, 5),
        ("choice", "b", "b"),
        ("many", [1, 2.5], [1.0, 2.5]),
        ("either", "x", "x"),
    ],
)
def test_toml_values_that_fit(name: str, value: Any, read: Any) -> None:
    found = getattr(Typed.model_validate({name: value}), name)
    assert found == read
    assert type(found) is type(read) or isinstance(found, Path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("whole", "4"),
        ("whole", True),
        ("whole", 4.0),
        ("number", "2"),
        ("number", True),
        ("switch", 1),
        ("switch", "true"),
        ("pair", ["3", 4]),
        ("pair", [3]),
        ("maybe", "5"),
        ("choice", "c"),
        ("many", [True]),
        ("either", 1.5),
        ("bounded", 0),
        ("unknown", 1),
    ],
)
def test_toml_values_that_do_not(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        Typed.model_validate({name: value})


def test_options_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Typed().whole = 4  # type: ignore[misc]


def test_defaults_are_checked_too() -> None:
    class Careless(Options):
        """Its own default is out of bounds."""

        size: int = Field(0, ge=1)

    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        Careless()
