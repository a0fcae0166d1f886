"""The reference pages say what the code says, of everything there is; links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_pages import ROOT, Page, pages

import genrekit
from genrekit import hookspecs
from genrekit.cli.option_text import option_texts
from genrekit.plugins import Plugins, load
from genrekit.recipe.model import Recipe
from genrekit.recipe.sections import Answers, Average, StopEarly, Train

RECIPE = Page("docs/reference/recipe.md")
HOOKS = Page("docs/reference/hooks.md")
COMMANDS = Page("docs/reference/commands.md")


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    """What is installed."""
    return load()


def test_reference_is_current(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "docs" / "generate", tmp_path], check=True)
    fresh = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "reference").iterdir()}
    assert kept == fresh, "make docs"


def test_every_hook_is_documented() -> None:
    hooks = [name for name, value in vars(hookspecs).items() if hasattr(value, "genrekit_spec")]
    assert len(hooks) >= 13
    for hook in hooks:
        assert f"\n### {hook}\n" in HOOKS.text
        text = getattr(hookspecs, hook).__doc__
        assert text
        assert text in HOOKS.text


def test_every_public_name_is_documented() -> None:
    found = re.findall(r"^(?:#+ |- `@?)(\w+)", HOOKS.text, flags=re.MULTILINE)
    assert set(genrekit.__all__) - set(found) == set()


def test_every_component_and_option_is_documented(plugins: Plugins) -> None:
    shipped = [
        entry.component
        for entries in plugins.registry.claims.values()
        for entry in entries
        if entry.distribution == "genrekit"
    ]
    assert len(shipped) > 20
    for component in shipped:
        assert component.__doc__, component
        section = RECIPE.text.partition(f"\n### {component.name()}\n")[2].partition("\n#")[0]
        for option in option_texts(component):
            assert option.description, f"{component.name()}.{option.name} has no description"
            assert f"\n| `{option.name}` | " in section, f"{component.name()}.{option.name}"


@pytest.mark.parametrize("section", [Recipe, Train, StopEarly, Average, Answers])
def test_every_option_of_the_core_is_documented(section: type[genrekit.Component]) -> None:
    for option in option_texts(section):
        assert option.description
        assert f"\n| `{option.name}` | " in RECIPE.text


@pytest.mark.parametrize("command", ["run", "predict", "recipe check", "plugins show", "store prune"])
def test_every_command_is_documented(command: str) -> None:
    assert f"\n## genrekit {command}\n\n```text\nUsage: genrekit {command} " in COMMANDS.text


@pytest.mark.parametrize("page", [RECIPE, HOOKS, COMMANDS], ids=lambda page: page.path)
def test_headings_are_told_apart(page: Page) -> None:
    assert len(set(page.anchors())) == len(page.anchors()) > 1


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.path)
def test_links_lead_somewhere(page: Page) -> None:
    for link in page.links():
        file, _, anchor = link.partition("#")
        target = (ROOT / page.path).parent / file if file else ROOT / page.path
        assert target.exists(), link
        if anchor:
            assert anchor in Page(target.resolve().relative_to(ROOT.resolve()).as_posix()).anchors(), link
