"""``genrekit store``: look after stored features."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genrekit.errors import GenrekitError

if TYPE_CHECKING:
    from genrekit.store import Store

Root = Annotated[
    Path | None, typer.Option("--store", help="the store's folder", envvar="GENREKIT_STORE", show_default="user cache")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    store = typer.Typer(help="List, verify and prune stored features.", no_args_is_help=True)
    store.command("list")(show)
    store.command()(verify)
    store.command()(prune)
    app.add_typer(store, name="store")


def show(store: Root = None) -> None:
    """Say where the store is and how large it is."""
    from genrekit.store_care import items, size_text

    found = list(items(_open(store)))
    print(f"{_open(store).root}: {len(found)} items, {size_text(sum(item.size_bytes for item in found))}")


def verify(
    store: Root = None, remove: Annotated[bool, typer.Option(help="remove what is damaged; it is made anew")] = False
) -> None:
    """Read every item; name the damaged ones."""
    from genrekit.store_care import damaged

    bad = list(damaged(_open(store)))
    for item in bad:
        print(f"damaged: {item.path}")
        if remove:
            item.path.unlink(missing_ok=True)
    print(f"{len(bad)} damaged{', removed' if bad and remove else ''}")
    if bad and not remove:
        raise typer.Exit(1)


def prune(
    keep: Annotated[str, typer.Option(metavar="SIZE", help="how much stays, e.g. 500M or 20G")] = "0",
    store: Root = None,
) -> None:
    """Remove what was used longest ago, and what interrupted writers left behind."""
    from genrekit.store_care import parse_size, size_text
    from genrekit.store_care import prune as prune_store

    try:
        size = parse_size(keep)
    except ValueError as error:
        raise GenrekitError(str(error), where="--keep") from None
    removed = prune_store(_open(store), size)
    print(f"removed {len(removed)} items, {size_text(sum(item.size_bytes for item in removed))}")


def _open(root: Path | None) -> Store:
    from genrekit.store import Store, default_root

    return Store(root or default_root())
