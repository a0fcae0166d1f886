"""A pluggy manager that knows genrekit's hooks."""

from __future__ import annotations

from types import FunctionType, MethodType, ModuleType

import pluggy

from genrekit import hookspecs

_HOOKABLE = {FunctionType, MethodType, classmethod, staticmethod}
"""What pluggy takes for a hook. Nothing else is touched: a module may hold what imports a library at a touch."""


class HookManager(pluggy.PluginManager):
    """Looks closer only at functions: pluggy inspects every name of every module, at every start."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        """The options of a hook's implementation; None if ``name`` is something else."""
        if isinstance(plugin, ModuleType) and type(vars(plugin).get(name)) not in _HOOKABLE:
            return None
        return super().parse_hookimpl_opts(plugin, name)


def hook_manager() -> HookManager:
    """A manager that knows genrekit's hooks and no plugin yet."""
    manager = HookManager("genrekit")
    manager.add_hookspecs(hookspecs)
    return manager
