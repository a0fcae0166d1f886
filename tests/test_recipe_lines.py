"""The scanner against tomllib: it finds the same keys, each where its value is written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
import pytest
import tomli_w
from hypothesis import given

from genrekit.recipe.lines import Key, key_lines


def leaves(value: Any, path: Key = ()) -> Iterator[tuple[Key, Any]]:
    """Every key that holds no table and no array, and every empty table and array."""
    children = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    for key, child in children:
        yield from leaves(child, (*path, key))
    if path and not children:
        yield path, value


NAMES = st.one_of(st.sampled_from(["a", "b", "use", "a-b", "1"]), st.text(max_size=4))


class Numbering:
    """Gives each leaf another number, so that its text tells it from all others."""

    def __init__(self) -> None:
        self.last = 700_000

    def __call__(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self(child) for key, child in value.items()}
        if isinstance(value, list):
            return [self(child) for child in value]
        self.last += 1
        return value(self.last)


LEAVES = st.sampled_from([int, str, lambda number: f"# {number} = [", lambda number: f"\"{number}'\\", float])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.dictionaries(NAMES, inner, min_size=1, max_size=4),
        st.lists(inner, min_size=1, max_size=3),
        st.lists(st.dictionaries(NAMES, inner, min_size=1, max_size=3), min_size=1, max_size=3),
    ),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, TREES, max_size=4).map(lambda tree: Numbering()(tree)), st.booleans())
def test_each_key_is_found_where_its_value_stands(data: dict[str, Any], windows: bool) -> None:
    text = tomli_w.dumps(data)
    assert tomllib.loads(text) == data

    found = key_lines(text.replace("\n", "\r\n") if windows else text)

    written = text.split("\n")
    for path, value in leaves(data):
        digits = "".join(filter(str.isdigit, str(value)))[:6]
        assert digits in written[found[path] - 1]


@given(st.dictionaries(NAMES, TREES, max_size=4).map(lambda tree: Numbering()(tree)))
def test_no_key_is_found_that_is_not_there(data: dict[str, Any]) -> None:
    known = {path[:end] for path, _ in leaves(data) for end in range(1, len(path) + 1)}
    assert key_lines(tomli_w.dumps(data)).keys() == known


HAND_WRITTEN = '''\
# a = 1
title = "one"    # b = 2
"quoted key" = 3
'literal key' = 4
"esc\\u0061ped" = 5
dotted.inside.key = 6
dotted . "spaced" = 7
multi = """
a = 8
[not.a.table]
\\"""
""""                       # four quotes: one is text
literal = \'\'\'
[nor.this] = "
\'\'\'\'\'
after = 16
array = [ 1, # c = 1, [
  2,

  { x = 20, "y z" = [21, 22] }, [ 23 ],
  "]", \'{\',
]
inline = { a = { b = 23, c.d = 24 }, e = [] }
date = 1979-05-27 07:32:00.5-07:00
number = [ +1e-3, -inf, 0xF ]
3.14 = 26

[ table . "sub.table" ]
x = 29

[table]
y = 32

[[things]]
name = "first"
[[things.parts]]
x = 37
[[things.parts]]
x = 39
[things.about]
x = 41

[[things]]
name = "second"
[[things.parts]]
x = 46
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("quoted key",), 3),
        (("literal key",), 4),
        (("escaped",), 5),
        (("dotted",), 6),
        (("dotted", "inside", "key"), 6),
        (("dotted", "spaced"), 7),
        (("multi",), 8),
        (("literal",), 13),
        (("after",), 16),
        (("array",), 17),
        (("array", 0), 17),
        (("array", 1), 18),
        (("array", 2), 20),
        (("array", 2, "y z", 1), 20),
        (("array", 3, 0), 20),
        (("array", 5), 21),
        (("inline", "a", "c", "d"), 23),
        (("inline", "e"), 23),
        (("date",), 24),
        (("number", 2), 25),
        (("3", "14"), 26),
        (("table", "sub.table"), 28),
        (("table", "sub.table", "x"), 29),
        (("table",), 31),
        (("table", "y"), 32),
        (("things",), 34),
        (("things", 0), 34),
        (("things", 0, "parts", 0), 36),
        (("things", 0, "parts", 1, "x"), 39),
        (("things", 0, "about", "x"), 41),
        (("things", 1), 43),
        (("things", 1, "parts", 0, "x"), 46),
    ],
)
def test_every_style_of_writing(path: Key, line: int) -> None:
    assert key_lines(HAND_WRITTEN)[path] == line


def test_hand_written_text_holds_just_these_keys() -> None:
    text = HAND_WRITTEN
    known = {path[:end] for path, _ in leaves(tomllib.loads(text)) for end in range(1, len(path) + 1)}
    assert key_lines(text).keys() == known


@given(st.text(alphabet="ab.=\"'[]{}#,1 \n\\", max_size=40))
def test_all_text_that_tomllib_accepts(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert key_lines(text).keys() >= {path for path, _ in leaves(data)}
