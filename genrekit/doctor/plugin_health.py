"""How loading each plugin went."""

from __future__ import annotations

from collections.abc import Iterator

from genrekit.doctor.finding import Finding, fine, mind, wrong
from genrekit.plugins import installed


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
    by = sorted({f"{plugin.distribution} {plugin.version}" for plugin in found.found if plugin.status == "loaded"})
    well = sum(plugin.status == "loaded" for plugin in found.found)
    yield fine("plugins", f"{well} loaded, from {', '.join(by) or 'nowhere'}")
