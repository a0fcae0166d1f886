"""`genrekit plugins new`: what it writes is installed with pip, and passes its own tests at once."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genrekit.component import KINDS
from genrekit.errors import PluginError
from genrekit.new_plugin import IMPORTS, LICENSES, WORDS, NewPlugin

Command = Callable[..., tuple[int, str, str]]


def python(*arguments: object, site: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter that sees what is installed in ``site``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GENREKIT_", "PYTEST_"))}
    environment = kept | {"PYTHONPATH": str(site), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=600)


def install(site: Path, *packages: Path) -> None:
    """With pip, without any index."""
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--no-cache-dir", "--disable-pip-version-check"]
    done = python("-m", "pip", "install", *options, "--target", site, *packages, site=site, cwd=site)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of each kind alone, and one of all kinds, installed in ``site``."""
    root = tmp_path_factory.mktemp("plugins")
    (root / "site").mkdir()
    packages = [NewPlugin.of(f"lone-{kind}", [kind]).write(root) for kind in KINDS]
    packages.append(NewPlugin.of("wavelet", KINDS, "Apache-2.0").write(root))
    install(root / "site", *packages)
    return root


def test_a_package_of_all_kinds_passes_its_tests(workplace: Path) -> None:
    """The contract of each component, an exact value of each, and the example recipe trained for an epoch."""
    done = python("-m", "pytest", "-q", "-W", "error", site=workplace / "site", cwd=workplace / "genrekit-wavelet")
    assert done.returncode == 0, done.stdout
    assert " failed" not in done.stdout


def test_packages_of_one_kind_pass_their_tests(workplace: Path) -> None:
    """Without what the package of all kinds has shown already: the same code's contract, and training."""
    folders = sorted(workplace.glob("genrekit-lone-*/tests"))
    assert len(folders) == len(KINDS)
    chosen = ["-k", "not test_example and not contract", "--import-mode=importlib"]
    options = ["-q", "-W", "error", *chosen, "-c", os.devnull]
    done = python("-m", "pytest", *options, *folders, site=workplace / "site", cwd=workplace)
    assert done.returncode == 0, done.stdout
    assert f"{len(KINDS)} passed" in done.stdout


CHECK = """
import sys
from pathlib import Path
from genrekit.plugins import load
from genrekit import recipe
plugins = load()
assert not [plugin.describe() for plugin in plugins.found if plugin.status != "loaded"]
for path in map(Path, sys.argv[1:]):
    found = recipe.load(path, plugins=plugins)
    assert path.stem in repr(found), path
    print(found.name)
"""


def test_their_example_recipes_are_valid(workplace: Path) -> None:
    paths = sorted(workplace.glob("genrekit-*/examples/*.toml"))
    done = python("-c", CHECK, *paths, site=workplace / "site", cwd=workplace)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [path.stem for path in paths]
    assert len(paths) == len(KINDS) + 1


def test_an_installed_distribution_is_checked(workplace: Path) -> None:
    site = workplace / "site"
    done = python("-m", "genrekit", "plugins", "check", "genrekit-lone-optimizer", site=site, cwd=workplace)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(
        "plugin lone-optimizer\n  passed   loads\n  passed   says which API it needs\n"
        "  passed   its distribution requires genrekit\n"
    )
    assert done.stdout.endswith("14 passed, 0 failed, 0 skipped\n")


def test_every_kind_has_a_template() -> None:
    assert set(WORDS) == set(IMPORTS) == set(KINDS)


def test_what_is_written_is_well_formed() -> None:
    files = NewPlugin.of("wave-let", KINDS, "MIT", "Ada").files()
    assert "Ada" in files["LICENSE"]
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert (project["name"], project["license"]) == ("genrekit-wave-let", "MIT")
    assert project["entry-points"]["genrekit"] == {"wave-let": "genrekit_wave_let"}
    assert "class WaveLetModel(genrekit.Model):" in files["genrekit_wave_let/model.py"]
    for path, text in files.items():
        assert "{{" not in text, path
        assert "{%" not in text, path
        assert all(len(line) <= 120 for line in text.splitlines()), path
        if path.endswith(".py"):
            compile(text, path, "exec")


def test_licences() -> None:
    for name in LICENSES:
        files = NewPlugin.of("wavelet", ["model"], name).files()
        assert ("LICENSE" in files) == (name != "none")
        assert tomllib.loads(files["pyproject.toml"])["project"].get("license", "none") == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Wavelet", "genrekit plugins new wavelet"),
        ("my wavelet", "genrekit plugins new my-wavelet"),
        ("../wavelet", "genrekit plugins new wavelet"),
        ("wave--let", "genrekit plugins new wave-let"),
        ("9lives", None),
        ("", None),
        ("genrekit-", None),
        ("a" * 41, None),
        ("class", None),
        ("genrekit", None),
    ],
)
def test_names_that_cannot_be(name: str, hint: str | None) -> None:
    with pytest.raises(PluginError, match="cannot be a plugin's name") as caught:
        NewPlugin.of(name, ["model"])
    assert caught.value.problems[0].hint == hint


@settings(max_examples=50)
@given(st.one_of(st.text(max_size=12), st.text("ab-9_.", max_size=8)))
def test_any_name_is_refused_or_makes_a_package_that_compiles(name: str) -> None:
    try:
        plugin = NewPlugin.of(name, ["optimizer"])
    except PluginError:
        return
    files = plugin.files()
    assert tomllib.loads(files["pyproject.toml"])["project"]["name"] == f"genrekit-{plugin.name}"
    assert tomllib.loads(files[f"examples/{plugin.name}.toml"])["name"] == plugin.name
    compile(files[f"{plugin.package}/__init__.py"], "", "exec")


def test_on_the_command_line(command: Command, tmp_path: Path) -> None:
    given = ("plugins", "new", "genrekit-wavelet", "--kind", "features,model", "-k", "loss", "--into", tmp_path)
    code, out, err = command(*given)
    assert (code, err) == (0, "")
    folder = tmp_path / "genrekit-wavelet"
    assert out.startswith(f"wrote {folder}\n  .gitignore\n  LICENSE\n")
    assert {path.stem for path in (folder / "genrekit_wavelet").glob("*.py")} == {
        "__init__", "features", "model", "loss",
    }  # fmt: skip
    listed = {line.strip() for line in out.splitlines() if line.startswith("  ")}
    assert listed >= {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    (folder / "README.md").write_text("mine")
    code, _, err = command(*given)
    assert code == 2
    assert err.startswith(f"{folder} exists already")
    assert (folder / "README.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["wavelet", "--kind", "modle"], "there is no kind 'modle'; did you mean 'model'?"),
        (["wavelet", "--kind", ","], "say which kinds of components"),
        (["crnn", "--kind", "model"], "there is a model 'crnn' already, from plugin 'crnn' (genrekit)"),
        (["wavelet", "--kind", "model", "--license", "WTF"], "no text for the licence 'WTF'"),
    ],
)
def test_what_cannot_be_written(command: Command, tmp_path: Path, arguments: list[str], said: str) -> None:
    code, _, err = command("plugins", "new", *arguments, "--into", tmp_path)
    assert code == 2
    assert err.startswith(said)
    assert list(tmp_path.iterdir()) == []
