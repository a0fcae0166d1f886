"""Any timm backbone on spectrograms, pretrained or from scratch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import genrekit

if TYPE_CHECKING:
    import typer

requires_genrekit_api = ">=1.1,<2"


@genrekit.hookimpl
def register_models(register: Any) -> None:
    from genrekit_timm.model import Timm

    register(Timm)


@genrekit.hookimpl
def register_commands(app: typer.Typer) -> None:
    from genrekit_timm.command import timm

    app.command()(timm)
