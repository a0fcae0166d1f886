"""Distributions of made-up plugins, installed for one test as pip would leave them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from genrekit.plugins import Plugins, configure

GOOD = '''\
from typing import Literal
import genrekit

class {cls}(genrekit.Model):
    """A model."""
    use: Literal["{name}"] = "{name}"

@genrekit.hookimpl
def register_models(register):
    register({cls})
'''


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder from which packages are imported and their metadata read, as from site-packages."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]
    configure()


def install(site: Path, distribution: str, version: str, **modules: str) -> None:
    """A distribution of one-file plugins, each named as its module but for the prefix ``fake_``."""
    info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
    points = "".join(f"{name} = fake_{name}\n" for name in modules)
    (info / "entry_points.txt").write_text(f"[genrekit]\n{points}")
    for name, text in modules.items():
        (site / f"fake_{name}.py").write_text(text)


def fates(found: Plugins) -> dict[str, str]:
    """Each plugin's fate, without those that come with genrekit."""
    return {plugin.name: plugin.status for plugin in found.found if plugin.distribution != "genrekit"}
