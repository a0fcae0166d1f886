"""Tables of recipes that are a plugin's own: typed, checked, named when missing, kept in the run folder."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest
import small_components
from test_recipe_load import SHORT, loaded
from test_recipe_requirements import index as index

import genrekit
from genrekit.errors import RecipeError
from genrekit.plugin_choice import choice
from genrekit.plugins import Plugin, Plugins, configure
from genrekit.recipe import Recipe, dump, load
from genrekit.recipe.schema import recipe_schema
from genrekit.testing import check_component, check_table


class Server(genrekit.options.Options):
    """Where a server is."""

    address: str = genrekit.Field(description="its address")
    port: int = genrekit.Field(80, ge=1, le=65535, description="its port")


class Diary(genrekit.RecipeTable):
    """What is written down of a run."""

    table: ClassVar[str] = "diary"
    words: int = genrekit.Field(10, ge=1, description="how many")
    server: Server | None = genrekit.Field(None, description="where it is kept; none: nowhere")
    by_day: dict[str, Server] = genrekit.Field({}, description="where it is kept on some days")

    def misfits(self, recipe: Recipe) -> Iterator[genrekit.Misfit]:
        if self.words > recipe.train.epochs * 1000:
            yield genrekit.Misfit(("words",), "too many words", f"{recipe.train.epochs} epochs", "write fewer")


def plugin(*tables: Any) -> Any:
    module = ModuleType("diary")

    @genrekit.hookimpl
    def register_tables(register: Callable[..., Any]) -> None:
        for table in tables:
            register(table)

    module.register_tables = register_tables  # type: ignore[attr-defined]
    return module


@pytest.fixture
def with_diary(small: Plugins) -> Plugins:
    small.add(plugin(Diary), "diary", "genrekit-diary", "1.0")
    return small


def read(text: str, folder: Path, plugins: Plugins, *overrides: str) -> Recipe:
    (folder / "x.toml").write_text(text)
    return load(folder / "x.toml", overrides, plugins)


def said(text: str, folder: Path, plugins: Plugins, *overrides: str) -> str:
    with pytest.raises(RecipeError) as caught:
        read(text, folder, plugins, *overrides)
    return str(caught.value).replace(f"{folder}/", "")


def test_a_plugin_gets_its_table(with_diary: Plugins, tmp_path: Path) -> None:
    recipe = read(SHORT + "[diary]\nwords = 3\nserver = { address = 'here' }\n", tmp_path, with_diary)
    assert recipe.table(Diary) == Diary(words=3, server=Server(address="here"))
    assert read(SHORT, tmp_path, with_diary).table(Diary) is None
    assert read(SHORT, tmp_path, with_diary, "diary.words=7").table(Diary) == Diary(words=7)


def test_it_is_in_the_resolved_recipe_and_read_again(with_diary: Plugins, tmp_path: Path) -> None:
    recipe = read(SHORT + "[diary]\n", tmp_path, with_diary)
    text = dump(recipe)
    assert tomllib.loads(text)["diary"] == {"words": 10, "by_day": {}}
    assert tomllib.loads(dump(recipe, as_written=True))["diary"] == {}
    assert read(text, tmp_path, with_diary) == recipe
    assert "diary" not in tomllib.loads(dump(read(SHORT, tmp_path, with_diary)))


def test_a_recipe_without_it_is_the_same_without_the_plugin(with_diary: Plugins, tmp_path: Path) -> None:
    plain = Plugins()
    plain.add(small_components, "small", "genrekit-small", "1.0")
    assert read(SHORT, tmp_path, with_diary) == read(SHORT, tmp_path, plain)
    assert read(SHORT + "[diary]\n", tmp_path, with_diary) != read(SHORT, tmp_path, plain)


def test_its_distribution_is_required(with_diary: Plugins, tmp_path: Path) -> None:
    assert read(SHORT + "[diary]\n", tmp_path, with_diary).requires == ["genrekit-diary", "genrekit-small"]
    assert read(SHORT, tmp_path, with_diary).requires == ["genrekit-small"]


@pytest.mark.parametrize(
    ("table", "answer"),
    [
        ("[diary]\nword = 3", ":{}: [diary] unknown option 'word'; did you mean 'words'?\n    word = 3"),
        ("[diary]\nwords = 0", ":{}: [diary] 'words' should be at least 1; it is 0\n    words = 0"),
        ("[diary.server]\nport = 3", ":{}: [diary.server] 'address' is missing (its address)\n    [diary.server]"),
        ("[diary.by_day]\nmonday = { adress = 'a' }", ":{}: [diary.by_day.monday] unknown option 'adress'; did you"),
        (
            "[diary]\nwords = 90000",
            ":{}: [diary] too many words\n    words = 90000\n  why: 1 epochs\n  try: write fewer",
        ),
        ("[diry]\nwords = 3", ":{}: unknown option 'diry'; did you mean 'diary'?\n    [diry]"),
    ],
)
def test_mistakes_are_told_with_their_line(table: str, answer: str, with_diary: Plugins, tmp_path: Path) -> None:
    found = said(f"{SHORT}\n{table}", tmp_path, with_diary, "train.epochs=1")
    at = f"{SHORT}\n{table}".split("\n").index(answer.partition("\n    ")[2].partition("\n")[0] or table.split("\n")[1])
    assert "x.toml" + answer.format(at + 1) in found


def test_a_missing_plugin_is_named(index: Callable[[str], None], small: Plugins, tmp_path: Path) -> None:
    index('[genrekit-diary]\ntable = ["diary"]\n')
    answer = said(SHORT + "[diary]\nwords = 3\n", tmp_path, small)
    assert "unknown option 'diary': it is a table of genrekit-diary\n" in answer
    assert "genrekit-diary brings it: pip install genrekit-diary" in answer
    assert "unknown option 'dairy'; did you mean 'diary'?" in said(SHORT + "[dairy]\n", tmp_path, small)


def test_a_broken_plugin_is_named(index: Callable[[str], None], small: Plugins, tmp_path: Path) -> None:
    index('[genrekit-diary]\ntable = ["diary"]\n')
    small.found.append(Plugin("diary", "genrekit-diary", "1.0", "broken", "ImportError: no ink"))
    answer = said(SHORT + "[diary]\n", tmp_path, small)
    assert "not loaded: 'diary' (genrekit-diary 1.0): ImportError: no ink" in answer
    assert "pip install" not in answer


def test_two_plugins_of_one_name_are_both_out(with_diary: Plugins, tmp_path: Path) -> None:
    class Other(genrekit.RecipeTable):
        """Another."""

        table: ClassVar[str] = "diary"

    with_diary.add(plugin(Other), "other", "genrekit-other", "1.0")
    answer = said(SHORT + "[diary]\n", tmp_path, with_diary)
    assert "table 'diary' is claimed by 2 plugins, 'diary' (genrekit-diary) and 'other' (genrekit-other)" in answer
    assert read(SHORT, tmp_path, with_diary).name == "short"


def named(name: Any) -> type[genrekit.RecipeTable]:
    return type("Named", (genrekit.RecipeTable,), {"table": name, "__annotations__": {"table": "ClassVar[str]"}})


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (int, "is not a genrekit.RecipeTable"),
        (genrekit.Model, "is not a genrekit.RecipeTable"),
        (genrekit.RecipeTable, "has no name"),
        (named("two-words"), "has no name"),
        (named("train"), "recipes use that name themselves"),
        (named("copy"), "recipes use that name themselves"),
        (named("model_of"), "recipes use that name themselves"),
    ],
)
def test_what_cannot_be_a_table_is_refused(table: Any, why: str, small: Plugins) -> None:
    with pytest.raises(TypeError, match=why):
        small.add(plugin(table), "bad", "genrekit-bad", "1.0")
    assert small.registry.tables == {}
    assert [found.name for found in small.found] == ["small"]


def test_one_plugin_cannot_claim_a_name_twice(small: Plugins) -> None:
    with pytest.raises(TypeError, match=r"registers 2 tables as \[diary\]"):
        small.add(plugin(Diary, named("diary")), "bad", "genrekit-bad", "1.0")


def test_the_schema_has_it(with_diary: Plugins) -> None:
    schema = recipe_schema(with_diary.registry)
    field = schema["properties"]["diary"]
    assert field["description"] == "What is written down of a run."
    assert field["anyOf"] == [{"$ref": "#/$defs/Diary"}, {"type": "null"}]
    assert schema["$defs"]["Diary"]["additionalProperties"] is False
    assert "diary" not in schema["required"]


FILE = '''
from typing import ClassVar
import genrekit

class Diary(genrekit.RecipeTable):
    """What is written down of a run."""
    table: ClassVar[str] = "diary"
    words: int = genrekit.Field(10, description="how many")

@genrekit.hookimpl
def register_tables(register):
    register(Diary)

@genrekit.hookimpl
def run_started(event):
    print("words", event.recipe.diary.words)
'''


def test_commands_show_it(tmp_path: Path, command: Callable[..., Any]) -> None:
    (tmp_path / "diary.py").write_text(FILE)
    rows = json.loads(command("--plugin", tmp_path / "diary.py", "plugins", "-f", "json").out)
    (row,) = [row for row in rows if row["plugin"] == "diary"]
    assert (row["kind"], row["name"], row["options"], row["status"]) == ("table", "diary", ["words"], "loaded")
    shown = command("--plugin", tmp_path / "diary.py", "plugins", "show", "diary").out
    assert shown.startswith(f"diary  (table of recipes, from plugin 'diary' of {tmp_path / 'diary.py'})\n\nWhat is")
    assert shown.endswith("\n[diary]\nwords = 10\n")
    checked = command("--plugin", tmp_path / "diary.py", "plugins", "check")
    assert checked.code == 0
    assert "table diary\n" in checked.out


def test_a_run_keeps_it_and_tells_of_it(toy: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "diary.py").write_text(FILE)
    configure(local=[*choice().local, str(tmp_path / "diary.py")])
    toy.recipe.write_text(toy.recipe.read_text() + "\n[diary]\nwords = 4\n")
    result = toy.run("train.epochs=1")
    assert capsys.readouterr().out == "words 4\n"
    assert tomllib.loads((result.folder / "recipe.toml").read_text())["diary"] == {"words": 4}


def test_the_suite_checks_tables() -> None:
    checked = {result.check for result in check_table(Diary(server=Server(address="here")))}
    assert {"documented", "options have types", "written and read", "read-only", "pickled"} <= checked

    class Silent(genrekit.RecipeTable):
        table: ClassVar[str] = "silent"
        use: str = genrekit.Field("x", description="a name")

    class Bare(genrekit.options.Options):
        """Nothing is said of its option."""

        port: int = 3

    class Holds(genrekit.RecipeTable):
        """A table with another in it."""

        table: ClassVar[str] = "holds"
        server: Bare = genrekit.Field(Bare(), description="where")

    with pytest.raises(AssertionError, match=r"no description: server\.port"):
        check_table(Holds())
    with pytest.raises(AssertionError, match=r"(?s)has no docstring.*call the option something else"):
        check_component(Silent())


_ = loaded, index
