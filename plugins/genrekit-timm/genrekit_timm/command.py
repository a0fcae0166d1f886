"""``genrekit timm``: which networks there are, told at once."""

from __future__ import annotations

import fnmatch
from typing import Annotated

import typer

import genrekit
from genrekit.errors import did_you_mean


def begun(incomplete: str) -> list[str]:
    """The names that begin so, for the shell."""
    from genrekit_timm.names import names

    return [name for name in names() if name.startswith(incomplete)]


def timm(
    pattern: Annotated[
        str, typer.Argument(help="part of a name, or a pattern with *", autocompletion=begun, show_default="all")
    ] = "*",
    pretrained: Annotated[bool, typer.Option("--pretrained", help="only names of pretrained weights")] = False,
) -> None:
    """List timm's networks, for the option 'architecture' of the model timm."""
    from genrekit_timm.names import listed, names

    _, architectures = listed()
    asked = pattern if "*" in pattern else f"*{pattern}*"
    found = [
        name for name in names() if fnmatch.fnmatchcase(name, asked) and not (pretrained and name in architectures)
    ]
    if not found:
        raise genrekit.GenrekitError(f"timm has no network like '{pattern}'{did_you_mean(pattern, names())}")
    print("\n".join(found))
