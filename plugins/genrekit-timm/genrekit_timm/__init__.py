"""Any timm backbone on spectrograms, pretrained or from scratch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import genrekit
from genrekit_timm.model import Timm

if TYPE_CHECKING:
    import typer

requires_genrekit_api = ">=1.1,<2"

__all__ = ["Timm"]


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(Timm)


@genrekit.hookimpl
def register_commands(app: typer.Typer) -> None:
    from genrekit_timm.command import timm

    app.command()(timm)
