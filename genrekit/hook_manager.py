"""A pluggy manager that knows genrekit's hooks."""

from __future__ import annotations

from types import ModuleType

import pluggy

from genrekit import hookspecs


class HookManager(pluggy.PluginManager):
    """Looks closer only at what bears a mark: pluggy inspects every name of every module, at every start."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        """The options of a hook's implementation; None if ``name`` is something else."""
        if isinstance(plugin, ModuleType) and not hasattr(vars(plugin).get(name), f"{self.project_name}_impl"):
            return None
        return super().parse_hookimpl_opts(plugin, name)


def hook_manager() -> HookManager:
    """A manager that knows genrekit's hooks and no plugin yet."""
    manager = HookManager("genrekit")
    manager.add_hookspecs(hookspecs)
    return manager
