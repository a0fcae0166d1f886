"""What a plugin module registers, asked so that nothing is left behind where something is wrong with it."""

from __future__ import annotations

import functools

import pluggy

from genrekit import hookspecs
from genrekit.component import KINDS, Component
from genrekit.recipe_table import RecipeTable
from genrekit.registry import Entry, Registry
from genrekit.tables import TableEntry, Tables

_PLURALS = {"features": "features", "loss": "losses"}
HOOK_OF_KIND = {kind: f"register_{_PLURALS.get(kind, kind + 's')}" for kind in KINDS}

Claim = tuple[str, type[Component]]


def hook_manager() -> pluggy.PluginManager:
    """A manager that knows genrekit's hooks and no plugin yet."""
    manager = pluggy.PluginManager("genrekit")
    manager.add_hookspecs(hookspecs)
    return manager


def claims(module: object) -> list[Claim]:
    """(kind, class) of each component; raises TypeError or pluggy's PluginValidationError if any is wrong."""
    alone = hook_manager()
    alone.register(module)
    alone.check_pending()
    _refuse_unmarked_hooks(alone, module)
    found: list[Claim] = []
    for kind, hook in HOOK_OF_KIND.items():
        getattr(alone.hook, hook)(register=functools.partial(_claim, found, kind))
    _refuse_what_cannot_be_registered(found)
    return found


def claimed_tables(module: object) -> list[type[RecipeTable]]:
    """The recipe tables that a module registers; raises TypeError if any is wrong. `claims` goes before."""
    # Most have none, and a hook manager for each module takes its time at every start.
    if not hasattr(module, "register_tables"):
        return []
    alone, found = hook_manager(), list[type[RecipeTable]]()
    alone.register(module)
    alone.hook.register_tables(register=functools.partial(_claim_table, found))
    trial = Tables()
    for table in found:
        trial.add(TableEntry(table, getattr(table, "__name__", ""), getattr(table, "__module__", "")))
    for name, entries in trial.items():
        if len(entries) > 1:
            raise TypeError(f"registers {len(entries)} tables as [{name}]: {' and '.join(map(str, entries))}")
    return found


def _claim_table(found: list[type[RecipeTable]], table: type[RecipeTable]) -> type[RecipeTable]:
    found.append(table)
    return table


def _claim(found: list[Claim], kind: str, component: type[Component]) -> type[Component]:
    found.append((kind, component))
    return component


def _refuse_unmarked_hooks(manager: pluggy.PluginManager, module: object) -> None:
    for hook in vars(manager.hook):
        if callable(getattr(module, hook, None)) and manager.parse_hookimpl_opts(module, hook) is None:
            raise TypeError(f"{hook} is not marked with @genrekit.hookimpl")


def _refuse_what_cannot_be_registered(found: list[Claim]) -> None:
    trial = Registry()
    for kind, component in found:
        trial.add(kind, Entry(component, component.__name__, component.__module__))
    for (kind, name), entries in trial.conflicts().items():
        raise TypeError(f"registers {len(entries)} {kind} classes as '{name}': {' and '.join(map(str, entries))}")
