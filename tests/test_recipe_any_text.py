"""Any text, any change to a recipe's lines and any override: a recipe, or an error that can be shown."""

from __future__ import annotations

import tempfile
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import example, given
from test_recipe_load import WHOLE, loaded

from genrekit.errors import RecipeError
from genrekit.recipe import Recipe


def answer_of(text: str, *overrides: str) -> Recipe | RecipeError:
    """Anything but a recipe or a `RecipeError` that can be shown is raised."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return loaded(text, *overrides, folder=Path(folder))
        except RecipeError as error:
            str(error)
            return error


@given(st.text())
@example("\0")
@example("\ud800")
@example('name = "\u2028"\nx\u0085')
@example('"" = 1')
@example("[[train]]\n[[train]]\n")
@example("train = 1979-05-27\n")
def test_any_text_is_a_recipe_or_an_error(text: str) -> None:
    answer_of(text)


LINES = WHOLE.splitlines()
VALUES = st.sampled_from(
    """
    1; -1; 0; nan; inf; 1e400; true; ""; "a"; []; {}; [[1]]; [{}]; { use = 1 }; 07:32:00; 1979-05-27; "$NOT_SET"; "~"
    ; { use = "dense" }; [{ use = "flip" }, 3]; "\\u0000"; "\\t"; 9999999999999999999999999999999999999; "NAN"; ''
    """.strip().split("; ")
)
KEYS = st.sampled_from([line.partition(" =")[0] for line in LINES if " = " in line] + ["train.x", '""', "augment"])
HEADERS = st.sampled_from([line for line in LINES if line.startswith("[")] + ["[[model]]", "[augment]", "[new.table]"])


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("drop"), st.integers(0, len(LINES) - 1), st.just("")),
            st.tuples(st.just("put"), st.integers(0, len(LINES)), HEADERS),
            st.tuples(st.just("put"), st.integers(0, len(LINES)), st.tuples(KEYS, VALUES).map(" = ".join)),
            st.tuples(st.just("set"), st.integers(0, len(LINES) - 1), VALUES),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_mutated_recipes_are_recipes_or_errors(changes: list[tuple[str, int, str]]) -> None:
    lines = list(LINES)
    for change, at, text in changes:
        if change == "put":
            lines.insert(at, text)
        elif change == "set" and at < len(lines):
            lines[at] = f"{lines[at].partition(' =')[0]} = {text}"
        elif at < len(lines):
            del lines[at]
    answer_of("\n".join(lines))


@given(st.lists(st.text(max_size=20), max_size=3))
@example(["²=1"])
@example(["augment.²=1"])
@example(["augment." + "9" * 5000 + "=1"])
@example(["train=1", "train.epochs=1"])
@example(["a=" + "[" * 3000])
@example(["a=" + "9" * 5000])
@example(["seed=0x" + "f" * 5000])
@example(['"a=b"=1'])
def test_any_override_is_applied_or_refused(overrides: list[str]) -> None:
    answer_of(WHOLE, *overrides)
