"""What is told of a key above all tables that nothing installed reads: a misspelling, or a plugin's table."""

from __future__ import annotations

from genrekit.errors import did_you_mean
from genrekit.plugin_index import known_tables
from genrekit.plugins import Plugins
from genrekit.recipe.place import Place
from genrekit.recipe.unknown_option import unknown_option


def unknown_table(name: str, root: Place, plugins: Plugins) -> str:
    """Why a recipe cannot have the key ``name``, and what to write or to install instead."""
    clash = plugins.registry.tables.clash(name)
    if clash:
        return clash
    known = known_tables()
    installable = plugins.installable("table", name)
    is_table = isinstance(root.value, dict) and isinstance(root.value.get(name), dict | list)
    not_loaded = plugins.not_loaded() if is_table else ""
    if name in known:
        return f"unknown option '{name}': it is a table of {' or '.join(known[name])}{installable}{not_loaded}"
    close = did_you_mean(name, [*root.options, *known])
    return (f"unknown option '{name}'{close}" if close else unknown_option(name, root, root)) + not_loaded
