"""The command line: one verb a file, heavy imports inside the commands."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, cast

import typer

import genrekit
from genrekit.cli.global_options import GlobalOptions
from genrekit.cli.problems import show_error, show_warning
from genrekit.errors import DISK_REFUSES, GenrekitError, WriteError, did_you_mean, one_line
from genrekit.plugin_choice import configure

if TYPE_CHECKING:
    from typer.core import TyperGroup

    from genrekit.plugins import Plugins

COMMANDS = ("run", "predict", "report", "compare", "data", "recipe", "plugins", "store", "doctor")
"""Each is a module beside this one."""

USE_PLUGINS = frozenset({"run", "report", "data", "recipe", "plugins"})
"""The commands that say which plugins are broken."""

LOAD_ALL = USE_PLUGINS | {"doctor"}
"""The commands that load every plugin whole; the others, only those that may add commands."""

WITHOUT_PLUGINS = frozenset({"predict", "store", "compare"})
"""The commands that load none unless a model cannot do without: all their own imports take less time."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    0, 1 for a defect or for what a command was asked to find, 2 for the user's mistake, 3 for a prediction with files
    that could not be used, 4 for a run whose model is there and whose report is not, 130 for Ctrl-C.
    """
    given = sys.argv[1:] if arguments is None else arguments
    _survive_any_text()
    code = _code_of(given)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _read_no_further()
    return code


def _code_of(given: Sequence[str]) -> int:
    try:
        _run(given)
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):
            return _read_no_further()
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _failed(error, traced=GlobalOptions.wants_traceback(given))
    return 0


def _run(arguments: Sequence[str]) -> None:
    options, rest = GlobalOptions.take(arguments)
    if options.version:
        print(f"genrekit {genrekit.__version__}")
        return
    configure(options.plugins, options.blocked)
    _command(rest)(args=rest, prog_name="genrekit")


def _command(arguments: Sequence[str]) -> TyperGroup:
    """The command line as far as ``arguments`` need it: each module and plugin takes its time to import."""
    asked = next((word for word in arguments if word != "--"), "")
    found = None if asked in WITHOUT_PLUGINS else _plugins(whole=asked in LOAD_ALL and "--help" not in arguments)
    app = build_app(found, [asked] if asked in COMMANDS else COMMANDS)
    command = cast("TyperGroup", typer.main.get_command(app))
    if found is not None:
        from genrekit.cli.plugin_commands import add_plugin_commands

        add_plugin_commands(command, found, COMMANDS)
    return command


def _plugins(whole: bool) -> Plugins:
    from genrekit.plugins import installed, with_commands

    return installed() if whole else with_commands()


def _read_no_further() -> int:
    """Whoever reads the output, as `head` does, has had enough, and that is no error; Python would complain at its end.

    The command line's library turns a broken pipe into an exit.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _failed(error: Exception, traced: bool) -> int:
    if isinstance(error, OSError) and error.errno in DISK_REFUSES and not isinstance(error, GenrekitError):
        # What plugins write themselves has not gone through genrekit's doors.
        error = WriteError(error.filename or "a file", error.errno, error.strerror or str(error))
    if traced:
        traceback.print_exception(error)
    elif isinstance(error, GenrekitError):
        show_error(error)
    else:
        show_error(GenrekitError(f"internal error: {one_line(error)}; run again with --traceback"))
    return 2 if isinstance(error, GenrekitError) else 1


def _survive_any_text() -> None:
    """File names and labels may hold what the terminal's encoding does not."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def build_app(found: Plugins | None = None, commands: Sequence[str] = COMMANDS) -> typer.Typer:
    """Those of genrekit's own commands, without what plugins add."""
    # rich's help pages and tracebacks cost more time than most commands need.
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

    @app.callback()
    def root(
        context: typer.Context,
        _plugin: Annotated[
            list[str] | None, typer.Option("--plugin", metavar="FILE", help="a Python file of components; repeatable")
        ] = None,
        _block: Annotated[
            list[str] | None, typer.Option("--block", metavar="NAME", help="a plugin not to load; repeatable")
        ] = None,
        _traceback: Annotated[bool, typer.Option("--traceback", help="show where in the code an error arose")] = False,
        _version: Annotated[bool, typer.Option("--version", help="show the version and exit")] = False,
    ) -> None:
        """Audio classification from typed recipes. The options below may stand anywhere on the line."""
        if found is not None and context.invoked_subcommand in USE_PLUGINS:
            _warn(found)

    for name in commands:
        importlib.import_module(f"genrekit.cli.{name}").register(app)
    return app


def _warn(found: Plugins) -> None:
    for plugin in found.found:
        if plugin.cause:
            show_warning(f"plugin {plugin.describe()}")
    for name in found.unmatched:
        close = did_you_mean(name, {name for plugin in found.found for name in (plugin.name, plugin.distribution)})
        show_warning(f"there is no plugin '{name}' to block{close}")
