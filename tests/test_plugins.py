"""Plugins: found where they are installed or written down, blocked by name, and what comes with genrekit."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import small_components
from fake_plugins import GOOD, fates, install
from fake_plugins import site as site

import genrekit
from genrekit.claims import HOOK_OF_KIND
from genrekit.component import KINDS
from genrekit.errors import PluginError
from genrekit.hook_manager import hook_manager
from genrekit.plugin_source import may_implement
from genrekit.plugins import Plugins, configure, installed, load, with_commands


def test_an_installed_plugin_is_found(site: Path) -> None:
    install(site, "genrekit-wavelet", "1.2", wavelet=GOOD.format(cls="Wavelet", name="wave-net"))
    found = load()
    assert fates(found) == {"wavelet": "loaded"}
    entry = found.registry.find("model", "wave-net")
    assert (entry.plugin, entry.distribution) == ("wavelet", "genrekit-wavelet")
    assert found.versions()["genrekit-wavelet"] == "1.2"


def test_two_plugins_that_claim_one_name_are_both_named(site: Path) -> None:
    install(site, "genrekit-one", "1.0", one=GOOD.format(cls="One", name="wave-net"))
    install(site, "genrekit-two", "2.0", two=GOOD.format(cls="Two", name="wave-net"))
    found = load()
    assert fates(found) == {"one": "loaded", "two": "loaded"}
    with pytest.raises(PluginError, match=r"'one' \(genrekit-one\) and 'two' \(genrekit-two\)"):
        found.registry.find("model", "wave-net")
    assert load(blocked=["two"]).registry.find("model", "wave-net").plugin == "one"


def test_two_distributions_may_name_their_plugins_alike(site: Path) -> None:
    install(site, "genrekit-one", "1.0", same=GOOD.format(cls="One", name="one"))
    info = site / "genrekit_two-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: genrekit-two\nVersion: 2.0\n")
    (info / "entry_points.txt").write_text("[genrekit]\nsame = fake_other\n")
    (site / "fake_other.py").write_text(GOOD.format(cls="Two", name="two"))
    assert {"one", "two"} <= set(load().registry.names("model"))


def test_metadata_without_a_name_is_no_reason_to_stop(site: Path) -> None:
    install(site, "genrekit-odd", "1.0", odd=GOOD.format(cls="Odd", name="odd"))
    (site / "genrekit_odd-1.0.dist-info" / "METADATA").unlink()
    found = load()
    assert [plugin.describe() for plugin in found.found if plugin.name == "odd"] == ["'odd' (unknown ?): loaded"]


@pytest.mark.parametrize("name", ["wavelet", "genrekit-wavelet", "Genrekit_Wavelet"])
def test_plugins_are_blocked_by_name_or_distribution(site: Path, name: str) -> None:
    install(site, "genrekit-wavelet", "1.2", wavelet="raise SystemError('imported')")
    found = load(blocked=[name])
    assert fates(found) == {"wavelet": "blocked"}
    assert found.unmatched == []
    assert found.broken == []


def test_blocking_what_is_not_there_is_noticed(site: Path) -> None:
    assert load(blocked=["crnnn", "crnn"]).unmatched == ["crnnn"]


def test_a_whole_distribution_is_blocked() -> None:
    found = load(blocked=["genrekit"])
    assert {plugin.status for plugin in found.found if plugin.distribution == "genrekit"} == {"blocked"}
    assert found.registry.claims == {}


def test_the_environment_blocks_and_adds(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(site, "genrekit-wavelet", "1.2", wavelet=GOOD.format(cls="Wavelet", name="wave-net"))
    for name in ("one", "two"):
        (site / f"{name}.py").write_text(GOOD.format(cls=name.title(), name=name))
    install(site, "genrekit-birds", "0.3", birds=GOOD.format(cls="Birds", name="bird-net"))
    monkeypatch.setenv("GENREKIT_BLOCK", "genrekit, wavelet,")
    monkeypatch.setenv("GENREKIT_PLUGINS", f"{site / 'one.py'}")
    configure(local=[str(site / "two.py")], blocked=["birds"])
    found = installed()
    assert fates(found) == {"wavelet": "blocked", "birds": "blocked", "one": "loaded", "two": "loaded"}
    assert found.registry.names("model") == ["one", "two"]
    assert installed() is found


def test_a_local_file_is_a_plugin(tmp_path: Path) -> None:
    path = tmp_path / "my-plugin.py"
    path.write_text(GOOD.format(cls="Mine", name="mine"))
    found = load(local=[path, str(path)])
    entry = found.registry.find("model", "mine")
    assert (entry.plugin, entry.distribution) == ("my-plugin", str(path))
    assert sys.modules[entry.component.__module__].__file__ == str(path)


def test_a_local_file_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "mine.py").write_text(GOOD.format(cls="Mine", name="mine"))
    assert "mine" in load(local=["~/mine.py"]).registry.names("model")


@pytest.mark.parametrize(
    ("text", "passed_over"),
    [
        ("1 / 0", True),
        ("from genrekit.hookspecs import register_commands as x\n1 / 0", False),
        ("from math import *\n1 / 0", False),
        ("", False),
    ],
)
def test_where_commands_are_all_that_is_wanted_plugins_without_are_passed_over(
    site: Path, text: str, passed_over: bool
) -> None:
    install(site, "genrekit-birds", "0.3", birds=text)
    found = with_commands()
    assert ("birds" not in fates(found)) == passed_over
    assert found.registry.claims == {}


def test_what_has_no_source_to_look_at_may_have_anything(site: Path) -> None:
    install(site, "genrekit-birds", "0.3", birds="x = 1")
    (site / "fake_birds.py").unlink()
    assert fates(with_commands()) == {"birds": "broken"}
    (point,) = [point for point in metadata.entry_points(group="genrekit") if point.name == "birds"]
    assert not may_implement(metadata.EntryPoint("birds", "genrekit.api", "genrekit"), "register_commands")
    assert may_implement(point, "register_commands")
    assert may_implement(metadata.EntryPoint("birds", "genrekit.api:API_VERSION", "genrekit"), "register_commands")


def test_what_a_module_holds_is_not_touched_but_for_its_functions(site: Path) -> None:
    lazy = """
class Lazy:
    def __getattr__(self, name):
        raise OSError("imported")

    @property
    def __class__(self):
        raise OSError("imported")

heavy = Lazy()
"""
    install(site, "genrekit-lazy", "1.0", lazy=lazy + GOOD.format(cls="M", name="m"))
    assert load().registry.find("model", "m").plugin == "lazy"


def test_events_reach_a_plugin_that_registers_no_component(tmp_path: Path) -> None:
    path = tmp_path / "listener.py"
    path.write_text("import genrekit\n\n@genrekit.hookimpl\ndef run_ended(event):\n    return event * 2\n")
    found = load(local=[path], blocked=["genrekit"])
    assert found.hooks.hook.run_ended(event=21) == [42]
    assert fates(found) == {"listener": "loaded"}


def test_a_class_of_hooks_is_a_plugin_too() -> None:
    class Kit:
        """Hooks as methods."""

        @genrekit.hookimpl
        def register_models(self, register: Any) -> None:
            register(small_components.Constant)

    found = Plugins()
    found.add(Kit(), "kit", "genrekit-kit", "1")
    assert found.registry.names("model") == ["constant"]


def test_every_kind_has_a_hook() -> None:
    hooks = vars(hook_manager().hook)
    assert set(HOOK_OF_KIND) == set(KINDS)
    assert set(HOOK_OF_KIND.values()) < set(hooks)
    assert {hook for hook in hooks if hook.startswith("register_")} - set(HOOK_OF_KIND.values()) == {
        "register_commands",
        "register_tables",
    }


def test_what_comes_with_genrekit_loads() -> None:
    found = load()
    assert [plugin.describe() for plugin in found.found if plugin.status != "loaded"] == []
    assert set(KINDS) == {kind for kind, _ in found.registry.claims}
    assert found.registry.conflicts() == {}


def test_everything_that_comes_with_genrekit_is_documented() -> None:
    claims = load().registry.claims
    entries = [entry for entries in claims.values() for entry in entries]
    assert len(entries) > 20
    for entry in entries:
        component = entry.component
        assert (component.__doc__ or "").strip(), component
        for name, option in component.model_fields.items():
            assert name == "use" or option.description, f"{component.__name__}.{name} has no description"


def test_no_more_than_one_default_of_each_kind_comes_with_genrekit() -> None:
    registry = load().registry
    assert {kind: len(registry.defaults(kind)) for kind in KINDS if registry.defaults(kind)} == {
        kind: 1 for kind in KINDS if registry.default(kind)
    }
