"""A model, and the Hub's stand-in to push it to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from genrekit_hub.address import Address
from genrekit_hub.push import Push
from hub_server import TOKEN, Hub, Server
from huggingface_hub import constants

import genrekit
from genrekit.errors import BundleError
from genrekit.testing import write_bundle

NAME = "somebody/pitch"

# huggingface_hub 2.4 uploads in a way that its HTTP library deprecates.
UPLOADS = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def hub(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The Hub, as huggingface_hub finds it, with somebody logged in and an empty cache."""
    monkeypatch.setattr(constants, "ENDPOINT", server.hub.url)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", server.hub.url + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    return server.hub


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle")


@pytest.fixture
def pushed(hub: Hub, model: Path) -> str:
    """The commit of a model that has been pushed."""
    return Push.of(model, Address.parse(NAME), "apache-2.0").go().commit


def logged_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")


def metadata(readme: str) -> dict[str, Any]:
    card: Any = huggingface_hub.ModelCard(readme)
    found: dict[str, Any] = card.data.to_dict()
    return found


def said(model: str) -> str:
    with pytest.raises(BundleError) as raised:
        genrekit.load(model)
    return str(raised.value)
