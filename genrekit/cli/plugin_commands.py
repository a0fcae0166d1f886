"""The commands that plugins add. A plugin whose commands fail, or bear a name that is taken, loses only these."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import typer

from genrekit.errors import one_line

if TYPE_CHECKING:
    import pluggy
    from typer.core import TyperGroup

    from genrekit.plugins import Plugins


def add_plugin_commands(root: TyperGroup, plugins: Plugins, reserved: Collection[str]) -> None:
    """Add them to ``root``; what is left out is written into ``plugins`` as the plugin's cause.

    ``reserved`` are the names of genrekit's own commands, which may not all be built.
    """
    for implementation in plugins.hooks.hook.register_commands.get_hookimpls():
        try:
            commands = _commands(implementation)
        except Exception as error:
            _note(plugins, implementation, f"its commands are left out: {one_line(error)}")
            continue
        taken = sorted(commands.keys() & {*root.commands, *reserved})
        if taken:
            _note(plugins, implementation, f"left out, since the name is taken: genrekit {', '.join(taken)}")
        for name, command in commands.items():
            if name not in taken:
                root.add_command(command, name)


def _commands(implementation: pluggy.HookImpl) -> dict[str, Any]:
    """What one plugin adds, built on an app of its own."""
    app = typer.Typer(rich_markup_mode=None)
    implementation.function(app)
    return dict(typer.main.get_group(app).commands)


def _note(plugins: Plugins, implementation: pluggy.HookImpl, cause: str) -> None:
    for index, plugin in enumerate(plugins.found):
        if implementation.plugin_name == plugin.identity:
            plugins.found[index] = dataclasses.replace(plugin, cause=cause)
