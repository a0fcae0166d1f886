from __future__ import annotations

import datetime
from typing import Any

import hypothesis.strategies as st
import pytest
import tomli_w
from hypothesis import given

from genrekit.errors import RecipeError
from genrekit.paths import Override
from genrekit.recipe.override import apply_overrides, parse_value


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ("seed=3", ("seed",), 3),
        (" seed = 3 ", ("seed",), 3),
        ("train.epochs=3", ("train", "epochs"), 3),
        ("train.optimizer.lr=1e-4", ("train", "optimizer", "lr"), 1e-4),
        ("new.table.key=true", ("new", "table", "key"), True),
        ("augment.0.probability=0", ("augment", 0, "probability"), 0),
        ("augment.1.use=noise", ("augment", 1, "use"), "noise"),
        ("augment.1=4", ("augment", 1), 4),
        ("others.0.use=gain", ("others", 0, "use"), "gain"),
        ('train."odd.key"=1', ("train", "odd.key"), 1),
        ("train.007=1", ("train", "007"), 1),
        ("name=a=b", ("name",), "a=b"),
        ("name=", ("name",), ""),
    ],
)
def test_what_is_set_and_where(override: str, path: tuple[str | int, ...], value: Any) -> None:
    data: dict[str, Any] = {"seed": 1, "train": {"epochs": 1}, "augment": [{"use": "gain"}]}
    assert apply_overrides(data, [override]) == {path: f"--set {override}"}
    here: Any = data
    for part in path:
        here = here[part]
    assert here == value
    assert type(here) is (Override if isinstance(value, str) else type(value))


def test_the_rest_stays_as_it_was() -> None:
    data: dict[str, Any] = {"train": {"epochs": 1, "keep": "loss"}, "augment": [{"use": "gain"}, {"use": "noise"}]}
    apply_overrides(data, ["train.epochs=2", "augment.1.sigma=3"])
    assert data == {"train": {"epochs": 2, "keep": "loss"}, "augment": [{"use": "gain"}, {"use": "noise", "sigma": 3}]}


def test_the_last_of_several_counts() -> None:
    data: dict[str, Any] = {}
    apply_overrides(data, ["a.b=1", "a={c = 2}", "a.d=3"])
    assert data == {"a": {"c": 2, "d": 3}}


@pytest.mark.parametrize("override", ["", "seed", "=3", "a..b=3", "a b=3", ".a=3", "a.=3", "[a]=3", "a\n=3", "#=3"])
def test_what_is_no_override(override: str) -> None:
    with pytest.raises(RecipeError, match="is not an override") as caught:
        apply_overrides({}, [override])
    assert caught.value.problems[0].where == "--set"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("3.0", 3.0),
        ("true", True),
        ('"3"', "3"),
        ("[1, 2]", [1, 2]),
        ('{use = "sgd", lr = 0.1}', {"use": "sgd", "lr": 0.1}),
        ("2024-01-02", datetime.date(2024, 1, 2)),
        ("sgd", "sgd"),
        ("True", "True"),
        ("../data/x y", "../data/x y"),
        ("C:\\data", "C:\\data"),
        ("1, 2", "1, 2"),
        ("3\nother = 4", "3\nother = 4"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_values_are_toml_or_else_text(text: str, value: Any) -> None:
    assert parse_value(text) == value


def test_text_within_a_value_is_marked_as_typed() -> None:
    value = parse_value('{root = "a", also = ["b"]}')
    assert type(value["root"]) is Override
    assert type(value["also"][0]) is Override


SCALARS = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text(), st.floats(allow_nan=False))


@given(st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=5))
def test_any_toml_value_can_be_typed(value: Any) -> None:
    text = tomli_w.dumps({"value": value}).removeprefix("value = ")
    assert parse_value(text) == value
