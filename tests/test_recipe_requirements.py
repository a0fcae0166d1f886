"""`requires` in a recipe, and the index of who brings what: a missing plugin is named with what to type."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import small_components
from test_recipe_load import SHORT, loaded

from genrekit import plugin_index
from genrekit.component import KINDS
from genrekit.errors import RecipeError
from genrekit.plugins import Plugin, Plugins, load
from genrekit.recipe import dump

ROOT = Path(__file__).parent.parent


def said(text: str, folder: Path) -> str:
    """The answer to a recipe with mistakes, without the folder's name."""
    with pytest.raises(RecipeError) as caught:
        loaded(text, folder=folder)
    return str(caught.value).replace(f"{folder}/", "")


def requiring(*wanted: str) -> str:
    return SHORT.replace('name = "short"', f'name = "short"\nrequires = {list(wanted)}', 1)


def test_what_is_required_and_missing_is_named_with_its_install(tmp_path: Path) -> None:
    answer = said(requiring("genrekit-wavelet>=1.2"), tmp_path)
    assert "this recipe requires genrekit-wavelet, which is not installed" in answer
    assert answer.endswith('\n  try: pip install "genrekit-wavelet>=1.2"')
    assert ".toml:" in answer


def test_it_comes_before_the_names_that_are_missing_for_it(tmp_path: Path) -> None:
    text = requiring("genrekit-wavelet").replace('use = "energy"', 'use = "wavelet"')
    answer = said(text, tmp_path)
    assert answer.index("requires genrekit-wavelet") < answer.index("unknown features 'wavelet'")


def test_another_version_is_not_enough(tmp_path: Path) -> None:
    answer = said(requiring("genrekit-small>=2"), tmp_path)
    assert "this recipe requires genrekit-small>=2; 1.0 is installed\n" in answer
    assert 'try: pip install "genrekit-small>=2"' in answer


@pytest.mark.parametrize("wanted", ["genrekit-small", "Genrekit_Small>=1,<2", "numpy"])
def test_what_is_installed_is_fine(wanted: str, tmp_path: Path) -> None:
    assert loaded(requiring(wanted), folder=tmp_path).requires[0] == wanted


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ("not a name", "requires: 'not a name' is not the name of a distribution"),
        ("", "requires: '' is not the name of a distribution"),
        ("numpy @ https://example.org/x.whl", "is more than a name and versions"),
        ("numpy; python_version > '3'", "is more than a name and versions"),
    ],
)
def test_what_pip_would_take_and_recipes_do_not(wanted: str, answer: str, tmp_path: Path) -> None:
    assert answer in said(requiring(wanted), tmp_path)


def test_what_is_no_list_is_a_wrong_type(tmp_path: Path) -> None:
    text = SHORT.replace('name = "short"', 'name = "short"\nrequires = "genrekit-small"', 1)
    assert "'requires' should be an array" in said(text, tmp_path)


def test_the_distributions_of_its_components_are_written_down(tmp_path: Path) -> None:
    recipe = loaded(SHORT, folder=tmp_path)
    assert recipe.requires == ["genrekit-small"]
    assert tomllib.loads(dump(recipe))["requires"] == ["genrekit-small"]
    assert loaded(requiring("genrekit-small>=0.5"), folder=tmp_path).requires == ["genrekit-small>=0.5"]


def test_local_files_and_genrekit_itself_are_not(tmp_path: Path) -> None:
    from genrekit.recipe import load as load_recipe

    plugins = Plugins()
    plugins.add(small_components, "small", "/home/me/small.py", "local")
    (tmp_path / "x.toml").write_text(SHORT)
    assert load_recipe(tmp_path / "x.toml", plugins=plugins).requires == []


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Put another index in the place of genrekit's."""

    def write(text: str) -> None:
        (tmp_path / "index.toml").write_text(text)
        monkeypatch.setattr(plugin_index, "INDEX", tmp_path / "index.toml")
        plugin_index._index.cache_clear()

    yield write
    plugin_index._index.cache_clear()


INDEX = '[genrekit-wavelet]\nfeatures = ["wavelet", "wavelet-*"]\n[genrekit-other]\nfeatures = ["wavelet"]\n'


def test_the_index_knows_who_brings_a_name(index: Callable[[str], None]) -> None:
    index(INDEX)
    found = plugin_index.distributions_with
    assert found("features", "wavelet") == ["genrekit-other", "genrekit-wavelet"]
    assert found("features", "wavelet-db4") == ["genrekit-wavelet"]
    assert found("model", "wavelet") == found("features", "wave") == []


def test_a_missing_component_is_named_with_its_distribution(
    index: Callable[[str], None], small: Plugins, tmp_path: Path
) -> None:
    index(INDEX)
    answer = said(SHORT.replace('use = "energy"', 'use = "wavelet-db4"'), tmp_path)
    assert "unknown features 'wavelet-db4'; available: energy\n" in answer
    assert "    genrekit-wavelet brings it: pip install genrekit-wavelet" in answer


def test_what_is_installed_and_does_not_load_is_not_to_be_installed(
    index: Callable[[str], None], small: Plugins
) -> None:
    index(INDEX)
    small.found.append(Plugin("wavelet", "Genrekit_Wavelet", "1.0", "broken", "ImportError: no torch"))
    assert small.absent("features", "wavelet-db4").splitlines()[1:] == [
        "    not loaded: 'wavelet' (Genrekit_Wavelet 1.0): ImportError: no torch"
    ]


def test_the_shipped_index_is_well_formed() -> None:
    found = tomllib.loads(plugin_index.INDEX.read_text(encoding="utf-8"))
    assert list(found) == sorted(found)
    for distribution, kinds in found.items():
        assert set(kinds) <= {*KINDS, "table", "bundle"}, distribution
        assert all(isinstance(name, str) for names in kinds.values() for name in names), distribution


def test_the_shipped_index_knows_every_plugin_of_this_repository() -> None:
    """Each distribution below plugins/ that is installed is listed, with every name that it registers."""
    projects = [tomllib.loads(path.read_text()) for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))]
    ours = {project["project"]["name"] for project in projects}
    registry = load().registry
    brought = [(kind, name, e.distribution) for (kind, name), entries in registry.claims.items() for e in entries]
    brought += [("table", name, e.distribution) for name, entries in registry.tables.items() for e in entries]
    missing = [
        row for row in brought if row[2] in ours and row[2] not in plugin_index.distributions_with(row[0], row[1])
    ]
    assert missing == []
