"""Who hears the events of some runs and no others: for programs that start runs, a search of options for instance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from genrekit.hook_manager import hook_manager
from genrekit.plugins import Plugins


def with_listeners(plugins: Plugins, listeners: Sequence[object]) -> Plugins:
    """The same plugins, and objects whose methods are marked as hooks, called like a plugin's functions."""
    if not listeners:
        return plugins
    hooks = hook_manager()
    for name, plugin in plugins.hooks.list_name_plugin():
        if plugin is not None:
            hooks.register(plugin, name=name)
    for number, listener in enumerate(listeners):
        hooks.register(listener, name=f"listener {number}:{type(listener).__name__}")
    return replace(plugins, hooks=hooks)
