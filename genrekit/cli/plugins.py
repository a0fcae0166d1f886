"""``genrekit plugins``: what is installed, how loading it went, and what its options mean."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from genrekit.cli.formats import Format
from genrekit.cli.plugins_check import check
from genrekit.cli.plugins_new import new
from genrekit.cli.table import print_table
from genrekit.errors import PluginError, did_you_mean
from genrekit.plugins import Plugins, installed
from genrekit.registry import Entry
from genrekit.tables import TableEntry

if TYPE_CHECKING:
    from genrekit.component import Component
    from genrekit.recipe_table import RecipeTable


def register(app: typer.Typer) -> None:
    """Add the commands."""
    plugins = typer.Typer(invoke_without_command=True)
    plugins.callback()(show_all)
    plugins.command()(show)
    plugins.command()(check)
    plugins.command()(new)
    app.add_typer(plugins, name="plugins")


def show_all(
    context: typer.Context,
    format: Annotated[Format, typer.Option("--format", "-f", help="for people, or for programs")] = Format.table,
) -> None:
    """List what is installed: every component with its options, and every plugin that did not load."""
    if context.invoked_subcommand:
        return
    rows = list(_rows(installed()))
    if format is Format.json:
        print(json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False))
        return
    titles = ("kind", "name", "distribution", "version", "status", "options")
    print_table(titles, [row.cells() for row in rows])
    for row in rows:
        if row.cause:
            print(f"{row.name}: {row.cause}")


def show(
    name: Annotated[str, typer.Argument(help="a component's name, e.g. crnn, or a plugin's recipe table")],
) -> None:
    """Document one component: what it does, its options, an example."""
    registry = installed().registry
    found = [entry for (_, claimed), entries in sorted(registry.claims.items()) if claimed == name for entry in entries]
    for table in registry.tables.get(name, []):
        _document(table.ready(), _origin(table))
    if not found and name not in registry.tables:
        names = sorted({claimed for _, claimed in registry.claims} | set(registry.tables))
        hint = did_you_mean(name, names) or f"; available: {', '.join(names)}"
        raise PluginError(f"no component is named '{name}'{hint}{installed().not_loaded()}")
    for entry in found:
        _document(entry.ready(), _origin(entry))


@dataclass(frozen=True)
class Row:
    """One line of the list; of a plugin that brings no component, ``kind`` is "plugin" and ``options`` its hooks."""

    kind: str
    name: str
    options: list[str]
    plugin: str
    distribution: str
    version: str
    status: str
    cause: str | None = None

    def cells(self) -> tuple[str, ...]:
        return (self.kind, self.name, self.distribution, self.version, self.status, ", ".join(self.options))


def _rows(plugins: Plugins) -> Iterator[Row]:
    versions = {(plugin.name, plugin.distribution): plugin.version for plugin in plugins.found}
    bringing = set()
    for (kind, name), entries in sorted(plugins.registry.claims.items()):
        for entry in entries:
            bringing.add((entry.plugin, entry.distribution))
            version = versions[entry.plugin, entry.distribution]
            cause = plugins.registry.unknown(kind, name) if len(entries) > 1 else None
            options = [option for option in entry.component.model_fields if option != "use"]
            status = "conflict" if cause else "loaded"
            yield Row(kind, name, options, entry.plugin, entry.distribution, version, status, cause)
    for name, tables in sorted(plugins.registry.tables.items()):
        for table in tables:
            bringing.add((table.plugin, table.distribution))
            version = versions[table.plugin, table.distribution]
            clash = plugins.registry.tables.clash(name) or None
            options = list(table.table.model_fields)
            status = "conflict" if clash else "loaded"
            yield Row("table", name, options, table.plugin, table.distribution, version, status, clash)
    for plugin in plugins.found:
        if plugin.cause or (plugin.name, plugin.distribution) not in bringing:
            hooks = _hooks(plugins, plugin.identity)
            about = (plugin.name, plugin.distribution, plugin.version, plugin.status, plugin.cause)
            yield Row("plugin", plugin.name, hooks, *about)


def _hooks(plugins: Plugins, identity: str) -> list[str]:
    module = plugins.hooks.get_plugin(identity)
    return [caller.name for caller in plugins.hooks.get_hookcallers(module) or []] if module else []


def _origin(entry: Entry | TableEntry) -> str:
    kind = entry.component.kind if isinstance(entry, Entry) else "table of recipes"
    return f"{kind}, from plugin '{entry.plugin}' of {entry.distribution}"


def _document(component: type[Component] | type[RecipeTable], origin: str) -> None:
    from genrekit.cli.option_text import option_texts, tables_within
    from genrekit.cli.snippet import snippet

    print(f"{component.name()}  ({origin})\n")
    print(inspect.cleandoc(component.__doc__ or "not documented"), end="\n\n")
    options = option_texts(component)
    titles = ("option", "type", "default", "bounds", "meaning")
    if options:
        print_table(titles, [(o.name, o.type, o.default, o.bounds, o.description) for o in options])
        print()
    for name, nested in tables_within(component):
        print(f"[{component.name()}.{name}]  {inspect.cleandoc(nested.__doc__ or '')}")
        print_table(titles, [(o.name, o.type, o.default, o.bounds, o.description) for o in option_texts(nested)])
        print()
    print(snippet(component))
