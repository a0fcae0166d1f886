"""Which plugin API a plugin needs: checked before anything of it is registered, explained, never fatal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_plugins import GOOD, fates, install
from fake_plugins import site as site

from genrekit import api
from genrekit.errors import PluginError
from genrekit.plugins import load

Command = Callable[..., tuple[int, str, str]]

NEWER = (
    f"it needs the plugin API >=2.3,<3, and this genrekit has {api.API_VERSION}: "
    "upgrade genrekit, or install an older release of it"
)


def needing(what: str, name: str = "wave-net") -> str:
    return f"requires_genrekit_api = {what}\n{GOOD.format(cls='Wave', name=name)}"


@pytest.mark.parametrize("needed", [">=1.0,<2", ">=1", "~=1.0", "==1.*", ">=0.9,<3"])
def test_what_fits(needed: str) -> None:
    api.check_api(needed, "1.0")


@pytest.mark.parametrize(
    ("needed", "version", "mend"),
    [
        (">=1.1,<2", "1.0", "upgrade genrekit"),
        (">=2", "1.7", "upgrade genrekit"),
        ("==2.*", "1.0", "upgrade genrekit"),
        (">=1.0,<2", "2.0", "install a newer release of it"),
        ("<1", "1.0", "install a newer release of it"),
        ("~=1.0", "2.1", "install a newer release of it"),
    ],
)
def test_what_does_not(needed: str, version: str, mend: str) -> None:
    with pytest.raises(api.ApiMismatch) as caught:
        api.check_api(needed, version)
    assert str(caught.value).startswith(f"it needs the plugin API {needed}, and this genrekit has {version}: {mend}")


def test_an_incompatible_plugin_is_listed_and_stops_no_other(site: Path) -> None:
    install(site, "genrekit-wave", "1.2", wave=needing('">=2.3,<3"'))
    install(site, "genrekit-zebra", "2.0", zebra=GOOD.format(cls="Zebra", name="zebra"))
    found = load()
    assert fates(found) == {"wave": "incompatible", "zebra": "loaded"}
    assert ("model", "wave-net") not in found.registry.claims
    assert found.absent("model", "wave-net").endswith(f"    not loaded: 'wave' (genrekit-wave 1.2): {NEWER}")


def test_its_registration_is_not_run(site: Path) -> None:
    text = needing('">=2.3,<3"').replace("    register(Wave)", "    raise SystemExit('too late')")
    install(site, "genrekit-wave", "1.2", wave=text)
    assert fates(load()) == {"wave": "incompatible"}


def test_an_import_that_fails_for_it_is_explained(site: Path) -> None:
    """What a newer API added is not there to be imported."""
    install(site, "genrekit-wave", "1.2", wave=needing('">=2.3,<3"').replace("genrekit.Model", "genrekit.Segmenter"))
    found = load()
    assert fates(found) == {"wave": "incompatible"}
    assert NEWER in found.not_loaded()


def test_an_import_that_fails_for_another_reason_is_broken(site: Path) -> None:
    install(site, "genrekit-wave", "1.2", wave=needing('">=1.0,<2"') + "\nimport no_such_module_anywhere\n")
    assert fates(load()) == {"wave": "broken"}


@pytest.mark.parametrize("wrong", ["3", "'three'", "('1.0',)"])
def test_what_is_no_version_is_explained(site: Path, wrong: str) -> None:
    install(site, "genrekit-wave", "1.2", wave=needing(wrong))
    found = load()
    assert fates(found) == {"wave": "broken"}
    assert 'write requires_genrekit_api = ">=1.0,<2"' in found.not_loaded()


@pytest.mark.parametrize("text", [needing('">=2.3,<3"'), needing('">=2.3,<3"') + "\nimport nowhere_at_all\n"])
def test_a_local_file_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "wave.py"
    path.write_text(text)
    with pytest.raises(PluginError) as caught:
        load(local=[path])
    assert f"plugin {path} does not load: {NEWER}" in str(caught.value)


def test_the_list_explains_it(site: Path, command: Command) -> None:
    install(site, "genrekit-wave", "1.2", wave=needing('">=2.3,<3"'))
    code, out, err = command("plugins")
    assert code == 0
    assert "incompatible" in out
    assert f"wave: {NEWER}" in out
    assert f"warning: plugin 'wave' (genrekit-wave 1.2): {NEWER}" in err


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('requires_genrekit_api = ">=1"', ">=1"),
        ("x = 1\n\nimport nowhere\nrequires_genrekit_api = '==2.*'\n", "==2.*"),
        ("requires_genrekit_api = 3", None),
        ("if True:\n    requires_genrekit_api = '>=1'", None),
        ("def (", None),
        ("", None),
    ],
)
def test_what_a_file_says_is_read_without_running_it(tmp_path: Path, text: str, found: str | None) -> None:
    path = tmp_path / "wave.py"
    path.write_text(text)
    assert api.declared_in_file(path) == found
    assert api.declared_in_file(tmp_path / "none.py") is None
    assert api.declared_in_source("no_such_package_anywhere.inner") is None
