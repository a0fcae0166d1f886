"""How loading each plugin went."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from genrekit.doctor.finding import Finding, fine, mind, wrong
from genrekit.errors import UnreadableError
from genrekit.plugins import Plugins, installed
from genrekit.registry import Entry
from genrekit.tables import TableEntry


def plugins() -> Iterator[Finding]:
    """Every plugin that is broken, blocked or in part left out; a count of those that are well."""
    found = installed()
    for plugin in found.found:
        if plugin.status == "broken":
            yield wrong(
                "plugins", plugin.describe(), f"pip install --upgrade {plugin.distribution}, or --block {plugin.name}"
            )
        elif plugin.status == "blocked":
            yield mind("plugins", plugin.describe(), f"leave out --block {plugin.name}, or unset GENREKIT_BLOCK")
        elif plugin.cause:
            yield mind("plugins", plugin.describe(), f"pip install --upgrade {plugin.distribution}")
    yield from _unreadable(found)
    by = sorted({f"{plugin.distribution} {plugin.version}" for plugin in found.found if plugin.status == "loaded"})
    well = sum(plugin.status == "loaded" for plugin in found.found)
    yield fine("plugins", f"{well} loaded, from {', '.join(by) or 'nowhere'}")


def _unreadable(found: Plugins) -> Iterator[Finding]:
    """What is loaded, and has options that cannot be read; no recipe can have it."""
    components = chain.from_iterable(found.registry.claims.values())
    entries: list[Entry | TableEntry] = [*components, *chain.from_iterable(found.registry.tables.values())]
    for entry in entries:
        try:
            entry.ready()
        except UnreadableError as error:
            (problem,) = error.problems
            said = f"{problem.what}: {problem.why}"
            yield wrong("plugins", said, f"pip install --upgrade {entry.distribution}, or --block {entry.plugin}")
