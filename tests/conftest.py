"""What every test may use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis
import pytest
import small_components
from browser import browser as browser
from toy_runs import toy as toy

from genrekit.cli import main
from genrekit.plugins import Plugins, configure

# Examples take as long as the machine's other work lets them.
hypothesis.settings.register_profile("genrekit", deadline=None)
hypothesis.settings.load_profile("genrekit")


@pytest.fixture(autouse=True)
def _plugins_of_this_test_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in ("GENREKIT_PLUGINS", "GENREKIT_BLOCK"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(metadata, "entry_points", _without_neighbours)
    # What is installed is found once in a process, and the neighbours' own tests may share it with these.
    configure()
    yield
    configure()


NEIGHBOURS = {folder.name for folder in (Path(__file__).parent.parent / "plugins").glob("genrekit-*")}
"""The distributions beside the core: its tests mean the same whether they are installed or not."""
_entry_points = metadata.entry_points


def _without_neighbours(**wanted: str) -> Any:
    found = _entry_points(**wanted)
    if wanted.get("group") != "genrekit":
        return found
    return [point for point in found if _name(point.dist) not in NEIGHBOURS]


def _name(distribution: metadata.Distribution | None) -> str | None:
    """None also where the metadata are gone, of which some implementations' ``name`` makes an error."""
    return distribution.name if distribution and distribution.read_text("METADATA") else None


@pytest.fixture
def small() -> Plugins:
    """Nothing but the small components."""
    plugins = Plugins()
    plugins.add(small_components, "small", "genrekit-small", "1.0")
    return plugins


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real audio; tests that ask for it are marked ``realdata``."""
    default = Path(__file__).parent.parent.parent / "shared" / "data"
    folder = Path(os.environ.get("GENREKIT_TEST_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"no real audio at GENREKIT_TEST_DATA ({folder})")
    return folder


class Answer(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Answer]]:
    """``command("recipe", "check", path)`` runs the command line in this process."""

    def run(*arguments: object) -> Answer:
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    yield run
    configure()
