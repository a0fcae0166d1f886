"""The contract suite of a distribution, for pytest and for ``genrekit plugins check``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.plugins import Plugins, installed
from genrekit.testing import contract
from genrekit.testing.contract import Case, Check, Result, Skip
from genrekit.testing.examples import components_of, example, plugins_of
from genrekit.testing.plugin_checks import plugin_results

if TYPE_CHECKING:
    from genrekit.testing.contract import Part


def check_distribution(name: str, found: Plugins | None = None) -> Iterator[Result]:
    """Check every component of an installed distribution, or of a plugin; results come as they are known."""
    found = found or installed()
    plugins = plugins_of(name, found)
    for plugin in plugins:
        yield from plugin_results(plugin, found)
    for component in components_of(plugins, found):
        with tempfile.TemporaryDirectory() as folder:
            yield from _results(component, Path(folder))


def _results(component: type[Part], folder: Path) -> Iterator[Result]:
    subject = f"{component.kind} {component.name()}"
    try:
        made = example(component, _new(folder, "example"))
    except Skip as reason:
        yield Result(subject, "contract", "skipped", str(reason))
    except Exception as error:
        yield Result(subject, "contract", "failed", f"example(): {type(error).__name__}: {error}")
    else:
        yield from contract.results(made, _new(folder, "scratch"))


def _new(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def contract_suite(name: str) -> Callable[..., None]:
    """A pytest test of every check of every component: ``test_contract = contract_suite("genrekit-wavelet")``.

    Each check of each component is a test of its own. Components that cannot be made with their defaults are made by
    their `Component.example`.
    """
    import pytest

    found = installed()
    plugins = plugins_of(name, found)
    whole = [pytest.param(None, plugin, id=f"plugin-{plugin.name}") for plugin in plugins]
    parts = [
        pytest.param(component, each, id=f"{component.kind}-{component.name()}-{each.title}".replace(" ", "_"))
        for component in components_of(plugins, found)
        for each in contract.checks_of(component)
    ]
    cases: dict[type[Part], Case | str] = {}

    @pytest.mark.parametrize(("component", "each"), [*whole, *parts])
    def test_contract(component: type[Part] | None, each: Any, tmp_path_factory: Any) -> None:
        if component is None:
            wrong = [f"{one.check}: {one.detail}" for one in plugin_results(each, found) if one.status == "failed"]
            assert not wrong, "; ".join(wrong)
            return
        if component not in cases:
            cases[component] = _case(component, tmp_path_factory.mktemp(component.name()))
        _run(each, cases[component])

    suite: Callable[..., None] = test_contract
    return suite


def _case(component: type[Part], folder: Path) -> Case | str:
    try:
        return Case(example(component, _new(folder, "example")), _new(folder, "scratch"))
    except Skip as reason:
        return str(reason)


def _run(each: Check, case: Case | str) -> None:
    import pytest

    if isinstance(case, str):
        pytest.skip(case)
    try:
        each.run(case)
    except Skip as reason:
        pytest.skip(str(reason))
