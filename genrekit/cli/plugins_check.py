"""``genrekit plugins check``: whether what is installed keeps the contract."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from genrekit.cli.formats import Format
from genrekit.errors import PluginError
from genrekit.plugins import Plugins, installed

if TYPE_CHECKING:
    from genrekit.testing import Result

WIDTH = 110


def check(
    distribution: Annotated[
        str | None,
        typer.Argument(help="a distribution or a plugin, e.g. genrekit-wavelet; none: the files given with --plugin"),
    ] = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="for people, or for programs")] = Format.table,
) -> None:
    """Run the contract suite on what a plugin brings: each check passed, failed or skipped, and why.

    Exit code 1 if a check failed.
    """
    done = list(_told(_results(_names(distribution, installed())), quiet=format is Format.json))
    if format is Format.json:
        print(json.dumps([asdict(result) for result in done], indent=2, ensure_ascii=False))
    if any(result.status == "failed" for result in done):
        raise typer.Exit(1)


def _names(distribution: str | None, found: Plugins) -> list[str]:
    if distribution:
        return [distribution]
    local = [plugin.distribution for plugin in found.found if plugin.version == "local"]
    if not local:
        names = sorted({plugin.distribution for plugin in found.found})
        raise PluginError("say what to check", hint=f"one of {', '.join(names)}; or --plugin FILE")
    return local


def _results(names: Iterable[str]) -> Iterator[Result]:
    from genrekit.testing import check_distribution

    for name in names:
        yield from check_distribution(name)


def _told(results: Iterable[Result], quiet: bool) -> Iterator[Result]:
    """Print each result as it comes; some take seconds."""
    subject, counts = "", Counter[str]()
    for result in results:
        if not quiet:
            if result.subject != subject:
                print(f"{'' if not subject else chr(10)}{result.subject}")
            _print(result)
        subject, counts[result.status] = result.subject, counts[result.status] + 1
        yield result
    if not quiet:
        print("\n" + ", ".join(f"{counts[status]} {status}" for status in ("passed", "failed", "skipped")))


def _print(result: Result) -> None:
    print(f"  {result.status:8} {result.check}", flush=True)
    for line in textwrap.wrap(result.detail, WIDTH):
        print(f"           {line}")
