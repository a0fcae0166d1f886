"""Run events on their way to plugins, one plugin after another, so that one that fails does not silence the others."""

from __future__ import annotations

from collections.abc import Iterator

from genrekit.errors import GenrekitError, PluginError, one_line
from genrekit.plugins import Plugins


def tell(plugins: Plugins, hook: str, event: object) -> None:
    """Call every plugin's ``hook``. The first that raises ends it, as a `PluginError` that names the plugin."""
    for problem in _each(plugins, hook, event):
        raise problem


def tell_all(plugins: Plugins, hook: str, event: object) -> list[str]:
    """Call every plugin's ``hook``, come what may; returns a line for each that raised."""
    return [problem.problems[0].what for problem in _each(plugins, hook, event)]


def _each(plugins: Plugins, hook: str, event: object) -> Iterator[GenrekitError]:
    """The problems, as they arise."""
    manager = plugins.hooks
    # pluggy's order: who came last is called first.
    for implementation in reversed(getattr(manager.hook, hook).get_hookimpls()):
        others = [plugin for plugin in manager.get_plugins() if plugin is not implementation.plugin]
        try:
            manager.subset_hook_caller(hook, others)(event=event)
        except GenrekitError as error:
            yield error
        except Exception as error:
            name = manager.get_name(implementation.plugin) or "?"
            problem = PluginError(f"plugin '{name.rpartition(':')[2]}' failed in {hook}: {one_line(error)}")
            problem.__cause__ = error
            yield problem
