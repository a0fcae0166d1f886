"""What there is to check: the components of a distribution, and an example of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from genrekit.component import Component
from genrekit.errors import GenrekitError, PluginError, did_you_mean
from genrekit.plugins import Plugin, Plugins, normal
from genrekit.recipe_table import RecipeTable
from genrekit.testing.contract import Part, Skip


def plugins_of(name: str, found: Plugins) -> list[Plugin]:
    """The plugins of the distribution ``name``, or the one plugin of that name. Raises `PluginError` if none is."""
    wanted = normal(name)
    named = [plugin for plugin in found.found if normal(plugin.distribution) == wanted or plugin.distribution == name]
    named = named or [plugin for plugin in found.found if normal(plugin.name) == wanted]
    if not named:
        names = sorted({plugin.distribution for plugin in found.found})
        hint = did_you_mean(name, names) or f"; there are {', '.join(names)}"
        raise PluginError(f"no plugin of a distribution '{name}' is installed{hint}")
    return named


def components_of(plugins: Iterable[Plugin], found: Plugins) -> list[type[Component] | type[RecipeTable]]:
    """The component classes that these plugins registered, kind by kind, and then the recipe tables."""
    bringing = {(plugin.name, plugin.distribution) for plugin in plugins}
    claimed = sorted(found.registry.claims.items())
    entries = [entry for _, entries in claimed for entry in entries if (entry.plugin, entry.distribution) in bringing]
    tables = [entry for _, entries in sorted(found.registry.tables.items()) for entry in entries]
    brought = [entry.table for entry in tables if (entry.plugin, entry.distribution) in bringing]
    return [*(entry.component for entry in entries), *brought]


def example(component: type[Component] | type[RecipeTable], folder: Path) -> Part:
    """The class's own example; `Skip` where it has none and its defaults do not do."""
    make: Callable[[Path], Any] = component.example
    try:
        made = make(folder)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        reason = first["msg"].removeprefix("Value error, ")
        raise Skip(
            f"no example: {f'{where}: ' if where else ''}{reason}; define {component.__name__}.example"
        ) from None
    except GenrekitError as error:
        raise Skip(f"no example: {error.problems[0].what}") from None
    assert isinstance(made, component), f"example() gives a {type(made).__name__}, not a {component.__name__}"
    return made
