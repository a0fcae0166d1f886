"""Which distribution brings a component that nothing installed brings: data, looked up only where a name is missing.

The core never depends on a plugin. Like a shell's "command not found", it can still tell people what to install, from
``plugin_index.toml``: [distribution], then kind = [names], where ``*`` stands for anything. Whoever publishes a plugin
adds its lines there.
"""

from __future__ import annotations

import fnmatch
import functools
from pathlib import Path

INDEX = Path(__file__).with_name("plugin_index.toml")


def distributions_with(kind: str, name: str) -> list[str]:
    """The distributions that are known to bring the component, by name."""
    return sorted(
        distribution
        for distribution, kinds in _index().items()
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in kinds.get(kind, []))
    )


def known_tables() -> dict[str, list[str]]:
    """Recipe table -> the distributions that are known to bring it."""
    found: dict[str, list[str]] = {}
    for distribution, kinds in sorted(_index().items()):
        for table in kinds.get("table", []):
            found.setdefault(table, []).append(distribution)
    return found


@functools.cache
def _index() -> dict[str, dict[str, list[str]]]:
    import tomllib

    return tomllib.loads(INDEX.read_text(encoding="utf-8"))
