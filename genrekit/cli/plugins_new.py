"""``genrekit plugins new``: a package to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genrekit.claims import HOOK_OF_KIND
from genrekit.new_plugin import LICENSES, NewPlugin
from genrekit.plugins import installed


def new(
    name: Annotated[str, typer.Argument(help="what recipes will say, e.g. wavelet; the package is genrekit-wavelet")],
    kind: Annotated[
        list[str], typer.Option("--kind", "-k", help=f"repeatable, or with commas: {', '.join(HOOK_OF_KIND)}")
    ],
    into: Annotated[Path, typer.Option(help="the folder that it is made in")] = Path(),
    license: Annotated[str, typer.Option(help=f"{', '.join(LICENSES)}")] = "MIT",
    author: Annotated[str, typer.Option(help="who holds the copyright")] = "",
) -> None:
    """Write a plugin: a package with a small component of each kind, tests that pass, a recipe and a README."""
    kinds = [word.strip() for given in kind for word in given.split(",") if word.strip()]
    plugin = NewPlugin.of(name, kinds, license, author)
    plugin.refuse_taken_names(installed().registry)
    folder = plugin.write(into)
    print(f"wrote {folder}")
    for path in sorted(plugin.files()):
        print(f"  {path}")
    print(f"\ntry: pip install --editable {folder}")
    print(f"     genrekit plugins check {plugin.distribution}")
    print(f"     pytest {folder}")
