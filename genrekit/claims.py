"""What a plugin module registers, asked before any of it counts: all of it does, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from genrekit.registry import check
from genrekit.tables import check as check_table

if TYPE_CHECKING:
    import pluggy

    from genrekit.component import Component
    from genrekit.recipe_table import RecipeTable

_Name = TypeVar("_Name", bound=Hashable)

HOOK_OF_KIND = {
    "dataset": "register_datasets",
    "splitter": "register_splitters",
    "features": "register_features",
    "augmenter": "register_augmenters",
    "model": "register_models",
    "loss": "register_losses",
    "optimizer": "register_optimizers",
    "scheduler": "register_schedulers",
    "evaluator": "register_evaluators",
    "executor": "register_executors",
}


class Claims(NamedTuple):
    """What one plugin brings."""

    components: list[tuple[str, type[Component]]]
    """(kind, class) of each."""
    tables: list[type[RecipeTable]]


def claims(hooks: pluggy.PluginManager, module: object) -> Claims:
    """What ``module``, one of the plugins of ``hooks``, registers; TypeError, saying what to change, if it is wrong."""
    found, others = Claims([], []), hooks.get_plugins() - {module}
    implemented = {caller.name for caller in hooks.get_hookcallers(module) or ()}
    for kind, hook in HOOK_OF_KIND.items():
        if hook in implemented:
            hooks.subset_hook_caller(hook, others)(register=partial(_claim, found, kind))
    if "register_tables" in implemented:
        hooks.subset_hook_caller("register_tables", others)(register=partial(_claim_table, found))
    _refuse_doubles(found)
    return found


def _claim(found: Claims, kind: str, component: type[Component]) -> type[Component]:
    check(kind, component)
    if (kind, component) not in found.components:
        found.components.append((kind, component))
    return component


def _claim_table(found: Claims, table: type[RecipeTable]) -> type[RecipeTable]:
    check_table(table)
    if table not in found.tables:
        found.tables.append(table)
    return table


def check_hooks(hooks: pluggy.PluginManager, module: object) -> None:
    """Raise TypeError or pluggy's PluginValidationError if functions of ``module`` look like hooks and are none."""
    hooks.check_pending()
    for name, hook in vars(hooks.hook).items():
        if not hook.has_spec() or not callable(getattr(module, name, None)):
            continue
        if hooks.parse_hookimpl_opts(module, name) is None:
            raise TypeError(f"{name} is not marked with @genrekit.hookimpl")


def _refuse_doubles(found: Claims) -> None:
    for kind, name in _twice((kind, component.name()) for kind, component in found.components):
        rivals = [each for other, each in found.components if (other, each.name()) == (kind, name)]
        raise TypeError(f"registers {len(rivals)} {kind} classes as '{name}': {_told(rivals)}")
    for name in _twice(table.name() for table in found.tables):
        tables = [table for table in found.tables if table.name() == name]
        raise TypeError(f"registers {len(tables)} tables as [{name}]: {_told(tables)}")


def _twice(names: Iterable[_Name]) -> list[_Name]:
    return [name for name, count in Counter(names).items() if count > 1]


def _told(classes: Iterable[type]) -> str:
    return " and ".join(f"'{each.__name__}' ({each.__module__})" for each in classes)
