"""What a plugin must be apart from its components."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from typing import Any

from genrekit.api import declared
from genrekit.plugins import Plugin, Plugins
from genrekit.testing.bundle_sources import leaves_others_alone
from genrekit.testing.contract import Result

OWN = "genrekit"
"""What comes with genrekit can have no other version than it."""


def plugin_results(plugin: Plugin, found: Plugins) -> Iterator[Result]:
    """Whether it loads, says which API it needs, and whether its distribution says that it needs genrekit.

    Of one that brings models from elsewhere, also whether it keeps to its own scheme.
    """
    subject = f"plugin {plugin.name}"
    if plugin.status != "loaded":
        yield Result(subject, "loads", "failed", plugin.cause or plugin.status)
        return
    note = f"loads, but {plugin.cause}" if plugin.cause else ""
    yield Result(subject, "loads", "failed" if plugin.cause else "passed", note)
    if plugin.distribution != OWN:
        yield _declares(subject, plugin, found)
    if plugin.distribution != OWN and plugin.version != "local":
        yield _requires(subject, plugin)
    if find_bundle := getattr(found.hooks.get_plugin(plugin.identity), "find_bundle", None):
        yield _leaves_schemes(subject, find_bundle)


def _declares(subject: str, plugin: Plugin, found: Plugins) -> Result:
    title = "says which API it needs"
    if declared(found.hooks.get_plugin(plugin.identity)) is None:
        return Result(subject, title, "skipped", 'it does not: requires_genrekit_api = ">=1.0,<2" would say so')
    return Result(subject, title, "passed")


def _leaves_schemes(subject: str, find_bundle: Any) -> Result:
    title = "finds models of its own scheme only"
    try:
        leaves_others_alone(find_bundle)
    except Exception as error:
        return Result(subject, title, "failed", str(error) or type(error).__name__)
    return Result(subject, title, "passed")


def _requires(subject: str, plugin: Plugin) -> Result:
    title = "its distribution requires genrekit"
    try:
        wanted = metadata.requires(plugin.distribution) or []
    except metadata.PackageNotFoundError:
        return Result(subject, title, "failed", f"there is no metadata of {plugin.distribution}")
    names = {re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in wanted}
    if OWN not in names:
        return Result(subject, title, "failed", 'dependencies = ["genrekit"] is missing in its pyproject.toml')
    return Result(subject, title, "passed")
