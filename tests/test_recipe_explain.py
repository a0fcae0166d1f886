"""Recipes with mistakes, and what is said of them: golden/NAME.toml is answered by golden/NAME.txt.

GENREKIT_WRITE_GOLDEN=1 writes the answers anew; read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pytest

import genrekit
from genrekit.errors import RecipeError
from genrekit.plugins import Plugin, Plugins
from genrekit.recipe import load

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_are_explained(name: str, small: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN)
    lines = (GOLDEN / f"{name}.toml").read_text().splitlines()
    overrides = [line.removeprefix("#--set ") for line in lines if line.startswith("#--set ")]

    with pytest.raises(RecipeError) as caught:
        load(f"{name}.toml", overrides, small)

    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("GENREKIT_WRITE_GOLDEN"):
        golden.write_text(f"{caught.value}\n")
    assert f"{caught.value}\n" == golden.read_text()


def test_each_answer_has_a_recipe() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.txt")) == NAMES
    assert len(NAMES) > 20


RECIPE = """\
name = "x"
dataset = { use = "tones", root = "clips" }
features = { use = "energy" }
model = { use = "MODEL" }
train = { optimizer = { use = "descent" } }
"""


def _answer(folder: Path, plugins: Plugins, model: str = "dense") -> str:
    recipe = folder / "x.toml"
    recipe.write_text(RECIPE.replace("MODEL", model))
    with pytest.raises(RecipeError) as caught:
        load(recipe, (), plugins)
    return str(caught.value).replace(f"{folder}{os.sep}", "")


def _plugin(name: str, hook: str, component: type[genrekit.Component]) -> ModuleType:
    module = ModuleType(name)

    def register(register: Any) -> None:
        register(component)

    register.__name__ = hook
    setattr(module, hook, genrekit.hookimpl(register))
    return module


def test_two_plugins_that_claim_a_name_are_both_named(small: Plugins, tmp_path: Path) -> None:
    class Other(genrekit.Model):
        """Another model of that name."""

        use: Literal["dense"] = "dense"

    small.add(_plugin("other", "register_models", Other), "other", "genrekit-other", "2.0")
    said = (
        "x.toml:4: [model] model 'dense' is claimed by 2 plugins, 'small' (genrekit-small) and 'other' "
        '(genrekit-other); block all but one with --block NAME\n    model = { use = "dense" }'
    )
    assert _answer(tmp_path, small) == said


def test_plugins_that_did_not_load_are_named_where_a_name_is_missing(small: Plugins, tmp_path: Path) -> None:
    small.found.append(Plugin("wavelet", "genrekit-wavelet", "1.2", "broken", "ImportError: no scattering"))
    small.found.append(Plugin("birds", "genrekit-birds", "0.3", "blocked"))
    assert _answer(tmp_path, small, model="bird-net") == (
        "x.toml:4: [model] unknown model 'bird-net'; available: constant, dense\n"
        "    not loaded: 'wavelet' (genrekit-wavelet 1.2): ImportError: no scattering\n"
        "    not loaded: 'birds' (genrekit-birds 0.3): blocked\n"
        '    model = { use = "MODEL" }'
    ).replace("MODEL", "bird-net")


def test_a_kind_that_no_plugin_brings(tmp_path: Path) -> None:
    answer = _answer(tmp_path, Plugins()).splitlines()
    assert answer[:2] == [
        "x.toml:2: [dataset] unknown dataset 'tones'; no dataset plugin is installed",
        '    dataset = { use = "tones", root = "clips" }',
    ]
    assert "x.toml: 'executor' is missing (where preprocessing runs); no executor plugin is installed" in answer


def test_several_defaults_leave_the_choice_to_the_recipe(small: Plugins, tmp_path: Path) -> None:
    class Elsewhere(genrekit.Executor):
        """On another machine."""

        use: Literal["elsewhere"] = "elsewhere"
        default = True

    small.add(_plugin("cluster", "register_executors", Elsewhere), "cluster", "genrekit-cluster", "2.0")
    assert _answer(tmp_path, small) == (
        "x.toml: 'executor' is missing (where preprocessing runs); several say that they are the default: "
        "'cluster' (genrekit-cluster) and 'small' (genrekit-small); available: elsewhere, here; "
        'write [executor] with use = "…"'
    )


def test_lines_are_those_of_the_file_whatever_unicode_calls_a_line(small: Plugins, tmp_path: Path) -> None:
    recipe = tmp_path / "x.toml"
    recipe.write_text(
        "# one line: \u2028 \u0085 \u2029 and no more\nsed = 3\n" + RECIPE.replace("MODEL", "dense"), encoding="utf-8"
    )
    with pytest.raises(RecipeError) as caught:
        load(recipe, (), small)
    assert str(caught.value).splitlines()[:2] == [
        f"{recipe}:2: unknown option 'sed'; did you mean 'seed'?",
        "    sed = 3",
    ]
