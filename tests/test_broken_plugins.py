"""Plugins that do not load are named with their cause, add nothing, and stop no other."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pytest
import small_components
from fake_plugins import GOOD, fates, install
from fake_plugins import site as site

import genrekit
from genrekit.errors import PluginError
from genrekit.plugins import Plugins, load, with_commands


def causes(found: Plugins) -> list[str]:
    return [plugin.describe() for plugin in found.broken if plugin.distribution != "genrekit"]


BROKEN = {
    "import_fails": (
        "import no_such_module_anywhere",
        "ModuleNotFoundError: No module named 'no_such_module_anywhere'",
    ),
    "syntax": ("def", "SyntaxError: invalid syntax (fake_syntax.py, line 1)"),
    "exits": ("import sys; sys.exit(3)", "SystemExit: 3"),
    "wordy": ("raise ValueError('one\\n  two\\n')", "ValueError: one two"),
    "no_component": (
        "import genrekit\n@genrekit.hookimpl\ndef register_models(register):\n    register(dict)",
        "TypeError: <class 'dict'> is not a genrekit.Model",
    ),
    "wrong_kind": (
        GOOD.format(cls="M", name="m").replace("register_models", "register_features"),
        "TypeError: <class 'fake_wrong_kind.M'> is not a genrekit.FeatureExtractor",
    ),
    "unknown_hook": (
        GOOD.format(cls="M", name="m").replace("register_models", "register_model"),
        "PluginValidationError: unknown hook 'register_model' in plugin",
    ),
    "unknown_argument": (
        GOOD.format(cls="M", name="m").replace("(register)", "(registry)"),
        "PluginValidationError: Plugin 'genrekit-broken:unknown_argument' for hook 'register_models'",
    ),
    "no_mark": (
        GOOD.format(cls="M", name="m").replace("@genrekit.hookimpl\n", ""),
        "TypeError: register_models is not marked with @genrekit.hookimpl",
    ),
    "twice": (
        GOOD.format(cls="M", name="m").replace("register(M)", "register(M); register(type('N', (M,), {}))"),
        "TypeError: registers 2 model classes as 'm': 'M' (fake_twice) and 'N' (",
    ),
    "late": (
        GOOD.format(cls="M", name="m") + "    raise OSError('no room')\n",
        "OSError: no room",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_reported_and_stops_no_other(site: Path, name: str) -> None:
    text, cause = BROKEN[name]
    install(site, "genrekit-broken", "0.1", **{name: text})
    install(site, "genrekit-zebra", "2.0", zebra=GOOD.format(cls="Zebra", name="zebra"))
    found = load()
    assert fates(found) == {name: "broken", "zebra": "loaded"}
    assert causes(found)[0].startswith(f"'{name}' (genrekit-broken 0.1): {cause}")
    assert "\n" not in causes(found)[0]
    assert "Traceback" in (found.broken[0].trace or "")
    assert found.registry.names("model").count("zebra") == 1
    assert ("model", "m") not in found.registry.claims
    assert found.hooks.get_plugin(f"genrekit-broken:{name}") is None


def test_a_broken_plugin_is_named_to_those_who_look_for_its_component(site: Path) -> None:
    install(site, "genrekit-wavelet", "1.2", wavelet="import no_such_module_anywhere")
    said = load().absent("features", "wavelet")
    assert said.startswith("unknown features 'wavelet'")
    assert (
        "    not loaded: 'wavelet' (genrekit-wavelet 1.2): "
        "ModuleNotFoundError: No module named 'no_such_module_anywhere'" in said.splitlines()
    )


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("x = 1\nimport no_such_module_anywhere\n", ":2", "ModuleNotFoundError: No module named"),
        ("x = 1\n\ndef (:\n", ":3", "SyntaxError: invalid syntax"),
        (GOOD.format(cls="M", name="m").replace("Model", "Modell"), ":4", "AttributeError: "),
        (
            GOOD.format(cls="M", name="m").replace("register(M)", "register(len)"),
            ":10",
            "TypeError: <built-in function len>",
        ),
        ("raise SystemExit(2)\n", ":1", "SystemExit: 2"),
    ],
)
def test_a_local_file_that_fails_is_an_error_with_its_line(tmp_path: Path, text: str, line: str, cause: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(PluginError) as caught:
        load(local=[path])
    assert str(caught.value).startswith(f"{path}{line}: plugin {path} does not load: {cause}")
    assert "genrekit_local_mine" not in sys.modules


@pytest.mark.parametrize("name", ["no_such_file.py", "folder", "notes.txt"])
def test_what_is_no_local_plugin(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(PluginError, match=name):
        load(local=[tmp_path / name])


@pytest.mark.parametrize("text", ["register_modles(register)", "register_models(registry)"])
def test_a_plugin_with_wrong_hooks_adds_no_commands(site: Path, text: str) -> None:
    hooks = (
        f"import genrekit\n@genrekit.hookimpl\ndef {text}: pass\n@genrekit.hookimpl\ndef register_commands(app): pass\n"
    )
    install(site, "genrekit-birds", "0.3", birds=hooks)
    found = with_commands()
    assert fates(found)["birds"] == "broken"
    assert found.hooks.get_plugin("genrekit-birds:birds") is None


def test_a_plugin_that_comes_twice_stays_once(small: Plugins) -> None:
    with pytest.raises(ValueError, match="there is a plugin 'small' of genrekit-small already"):
        small.add(small_components, "small", "genrekit-small", "1.0")
    assert small.hooks.get_plugins() == {small_components}
    assert "constant" in small.registry.names("model")


def test_a_plugin_that_was_refused_hears_of_nothing(small: Plugins) -> None:
    module = ModuleType("deaf")

    @genrekit.hookimpl
    def register_models(register: Any) -> None:
        register(dict)

    @genrekit.hookimpl
    def run_ended(event: Any) -> Any:
        return event

    module.register_models, module.run_ended = register_models, run_ended  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="is not a"):
        small.add(module, "deaf", "genrekit-deaf", "1")
    assert small.hooks.hook.run_ended(event=1) == []
    assert small.hooks.get_plugins() == {small_components}


def test_a_plugin_is_registered_whole_or_not_at_all(small: Plugins) -> None:
    class Fine(genrekit.Model):
        """Fine in itself."""

        use: Literal["fine"] = "fine"

    module = ModuleType("half")

    @genrekit.hookimpl
    def register_models(register: Any) -> None:
        register(Fine)

    @genrekit.hookimpl
    def register_optimizers(register: Any) -> None:
        register(Fine)

    module.register_models = register_models  # type: ignore[attr-defined]
    module.register_optimizers = register_optimizers  # type: ignore[attr-defined]
    before = set(small.registry.claims)
    with pytest.raises(TypeError, match=r"is not a genrekit\.Optimizer"):
        small.add(module, "half", "genrekit-half", "1")
    assert set(small.registry.claims) == before
    assert [plugin.name for plugin in small.found] == ["small"]
