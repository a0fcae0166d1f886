"""Models to and from Hugging Face repositories: ``genrekit push``, and ``--model hf:user/name``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import genrekit

if TYPE_CHECKING:
    import typer

requires_genrekit_api = ">=1.0,<2"


@genrekit.hookimpl
def find_bundle(scheme: str, name: str) -> Path | None:
    if scheme != "hf":
        return None
    from genrekit_hub.address import Address
    from genrekit_hub.fetch import fetch

    return fetch(Address.parse(name))


@genrekit.hookimpl
def register_commands(app: typer.Typer) -> None:
    from genrekit_hub.command import push

    app.command()(push)
