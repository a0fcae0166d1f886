"""Models by ``SCHEME:NAME``: which plugin is asked, and what is said where none answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import genrekit
from genrekit import bundle
from genrekit.bundle_source import local_folder
from genrekit.errors import BundleError
from genrekit.plugins import configure, installed
from genrekit.testing import check_bundle_source, check_distribution, write_bundle

PLUGIN = """\
from pathlib import Path
import genrekit

HERE = Path(__file__).parent

@genrekit.hookimpl
def find_bundle(scheme, name):
    if scheme != "shelf":
        return None
    if not (HERE / name).is_dir():
        raise genrekit.GenrekitError(f"there is no {name} on the shelf")
    return HERE / name
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Path]:
    """A plugin that finds what lies beside it."""
    file = tmp_path / "shelf.py"
    file.write_text(PLUGIN)
    write_bundle(tmp_path / "pitch")
    configure(local=[str(file)])
    yield file
    configure()


def test_a_plugin_finds_the_model(shelf: Path) -> None:
    assert genrekit.load("shelf:pitch").labels == ["high", "low"]
    with pytest.raises(genrekit.GenrekitError, match="there is no volume on the shelf"):
        genrekit.load("shelf:volume")


def test_the_command_line_takes_such_names(shelf: Path, command: Callable[..., Any]) -> None:
    answer = command("--plugin", shelf, "predict", shelf.parent / "none.wav", "--model", "shelf:volume")
    assert (answer.code, answer.err) == (2, "there is no volume on the shelf\n")


def test_what_is_there_is_a_folder_whatever_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_bundle(Path("shelf:pitch"))
    assert bundle.find("shelf:pitch") == Path("shelf:pitch")


@pytest.mark.parametrize("model", ["C:\\models", "runs/latest", "Shelf:x", "x:y", "shelf:", "a/b:c", ":x"])
def test_what_is_no_scheme_is_a_path(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genrekit.plugins.installed", lambda: pytest.fail("plugins were asked"))
    assert local_folder(model) == Path(model)


def test_an_unknown_scheme_says_what_to_install() -> None:
    with pytest.raises(BundleError) as raised:
        genrekit.load("hf:somebody/something@main")
    assert str(raised.value).splitlines()[:3] == [
        "no model at hf:somebody/something@main",
        "  why: there is no such folder, and no plugin that is loaded finds models by 'hf:'",
        "    genrekit-hub brings it: pip install genrekit-hub",
    ]


def test_a_scheme_that_nobody_has_heard_of() -> None:
    with pytest.raises(BundleError) as raised:
        genrekit.load("shelf:pitch")
    assert "pip install" not in str(raised.value)


def test_the_suite_holds_sources_to_what_they_promise(shelf: Path) -> None:
    (found,) = [plugin for plugin in installed().found if plugin.name == "shelf"]
    hook = installed().hooks.get_plugin(found.identity).find_bundle  # type: ignore[union-attr]
    check_bundle_source(hook, "shelf", "pitch", "volume")
    with pytest.raises(AssertionError, match="a GenrekitError should say why"):
        check_bundle_source(hook, "shelf", "pitch", "pitch")
    results = {result.check: result.status for result in check_distribution("shelf")}
    assert results["finds models of its own scheme only"] == "passed"


def test_who_answers_for_every_scheme_is_found_out(shelf: Path) -> None:
    shelf.write_text(PLUGIN.replace('if scheme != "shelf"', "if False"))
    configure(local=[str(shelf)])
    results = {result.check: result for result in check_distribution("shelf")}
    assert results["finds models of its own scheme only"].status == "failed"
