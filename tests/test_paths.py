from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import hypothesis.strategies as st
import pytest
from hypothesis import example, given
from pydantic import ValidationError

import genrekit
from genrekit.paths import Override


class Folders(genrekit.Dataset):
    """Options that are paths in all the ways an option can be one."""

    use: Literal["folders"] = "folders"
    root: genrekit.RecipePath = genrekit.Field(Path("data/default"), description="one folder")
    other: genrekit.RecipePath | None = genrekit.Field(None, description="perhaps another")
    many: list[genrekit.RecipePath] = genrekit.Field([], description="any number of them")


BASE = Path("/recipes/birds")


def read(value: Any, base: Path | None = BASE) -> Path:
    return Folders.model_validate({"root": value}, context={"base": base} if base else None).root


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("USERPROFILE", "/home/me")
    monkeypatch.setenv("DATA", "/mnt/data")
    monkeypatch.setenv("ODD", "a$DATA")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("clips", "/recipes/birds/clips"),
        ("../clips", "/recipes/clips"),
        ("./a//b/../c", "/recipes/birds/a/c"),
        (".", "/recipes/birds"),
        ("/abs/clips", "/abs/clips"),
        ("~/clips", "/home/me/clips"),
        ("a~b", "/recipes/birds/a~b"),
        ("$DATA/clips", "/mnt/data/clips"),
        ("${DATA}clips", "/mnt/dataclips"),
        ("x/$ODD", "/recipes/birds/x/a$DATA"),
        ("$$DATA", "/recipes/birds/$DATA"),
        ("$$$DATA", "/recipes/birds/$/mnt/data"),
        ("100%", "/recipes/birds/100%"),
        ("$", "/recipes/birds/$"),
        ("🎵 a b", "/recipes/birds/🎵 a b"),
    ],
)
def test_what_is_written_and_what_is_meant(written: str, meant: str) -> None:
    assert read(written) == Path(meant)


def test_typed_paths_are_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(Override("clips")) == tmp_path / "clips"
    assert read(Override("~/clips")) == Path("/home/me/clips")
    assert read("clips", base=None) == tmp_path / "clips"
    assert Folders(root=Path("clips")).root == tmp_path / "clips"


def test_paths_from_python_are_taken_as_they_are() -> None:
    assert read(Path("$DATA/~")) == BASE / "$DATA/~"


def test_a_default_is_relative_to_the_recipe_too() -> None:
    assert Folders.model_validate({}, context={"base": BASE}).root == BASE / "data/default"


def test_optional_paths_and_lists_of_them() -> None:
    folders = Folders.model_validate({"other": "a", "many": ["b", "~/c"]}, context={"base": BASE})
    assert folders.other == BASE / "a"
    assert folders.many == [BASE / "b", Path("/home/me/c")]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("$NOT_THERE/x", "the environment variable NOT_THERE is not set"),
        ("a/${NOR_THIS}", "the environment variable NOR_THIS is not set"),
        ("a\0b", "a path cannot hold a NUL character"),
        (3, "not a valid path"),
        (["a"], "not a valid path"),
    ],
)
def test_what_is_no_path(written: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read(written)


ODD = st.text("$a{}~. \\", min_size=1)


@given(st.one_of(ODD, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)))
@example("$HOME")
def test_any_path_is_written_so_that_it_is_read_again(name: str) -> None:
    folders = Folders(root=Path("/x", name), other=Path(name), many=[Path(name)])
    assert Folders.model_validate(folders.model_dump(mode="json")) == folders
