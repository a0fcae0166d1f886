from __future__ import annotations

import pickle

import pytest

from genrekit.errors import AudioError, GenrekitError, Problem, RecipeError, did_you_mean, printable


def test_a_problem_is_shown_like_a_compiler_shows_it() -> None:
    problem = Problem("unknown option 'x'", where="a.toml:3", source="  x = 1\t# why", why="typo", hint="remove it")
    assert str(problem) == "a.toml:3: unknown option 'x'\n    x = 1 # why\n  why: typo\n  try: remove it"


def test_what_is_not_known_is_left_out() -> None:
    assert str(Problem("broken")) == "broken"
    assert str(Problem("broken", source="  ", where="a.toml:1")) == "a.toml:1: broken"


def test_several_problems_are_one_error() -> None:
    error = RecipeError.of([Problem("one"), Problem("two", hint="three")])
    assert type(error) is RecipeError
    assert str(error) == "one\ntwo\n  try: three"
    assert error.args == ("one",)


@pytest.mark.parametrize(
    "error",
    [
        GenrekitError("what", where="where", source="source", why="why", hint="hint"),
        RecipeError.of([Problem("one"), Problem("two")]),
        AudioError("a.wav", "is a folder"),
    ],
)
def test_errors_come_back_whole_from_worker_processes(error: GenrekitError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert again.problems == error.problems
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("crn", "crnn"), ("CRNN", "crnn"), ("mels", "n_mels"), ("n_mel", "n_mels"), ("hop-length", "hop_length")],
)
def test_a_close_name_is_offered(name: str, meant: str) -> None:
    assert did_you_mean(name, ["adam", "crnn", "n_mels", "hop_length"]) == f"; did you mean '{meant}'?"


def test_of_two_the_closer_one_is_meant() -> None:
    assert did_you_mean("crn", ["residual-crnn", "crnn"]) == "; did you mean 'crnn'?"
    assert did_you_mean("mel", ["a_very_long_n_mels", "n_mels_x_y"]) == "; did you mean 'n_mels_x_y'?"


@pytest.mark.parametrize("name", ["transformer", "", "m", "lr"])
def test_a_far_name_is_not(name: str) -> None:
    assert did_you_mean(name, ["adam", "crnn", "n_mels"]) == ""


def test_lines_of_other_peoples_files_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[31mb\rc\td\u202ee") == "a [31mb c d e"
    assert printable("x" * 200) == "x" * 160 + "…"
    assert printable("häß 音") == "häß 音"
