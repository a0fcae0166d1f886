"""Finds, loads, lists and blocks plugins. A broken one is reported and never stops the others."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Literal

import pluggy

from genrekit import hookspecs
from genrekit.component import KINDS, Component
from genrekit.errors import PluginError
from genrekit.registry import Entry, Registry

GROUP = "genrekit"
HOOK_OF_KIND = {kind: f"register_{kind if kind.endswith('s') else kind + 's'}" for kind in KINDS}


@dataclass(frozen=True)
class Plugin:
    """One plugin and how loading it went."""

    name: str
    distribution: str
    version: str
    status: Literal["loaded", "blocked", "broken"]
    cause: str | None = None
    """Why it is broken; of a loaded one: what is left out."""
    trace: str | None = None

    @property
    def identity(self) -> str:
        """Its name in `Plugins.hooks`."""
        return f"{self.distribution}:{self.name}"

    def describe(self) -> str:
        """``'wavelet' (genrekit-wavelet 1.2): ImportError: …``"""
        return f"'{self.name}' ({self.distribution} {self.version}): {self.cause or self.status}"


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    return manager


@dataclass
class Plugins:
    """All that was found: the hooks to call, the components, and how each plugin fared."""

    hooks: pluggy.PluginManager = field(default_factory=_manager)
    registry: Registry = field(default_factory=Registry)
    found: list[Plugin] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    """Names to block that no plugin has."""

    @property
    def broken(self) -> list[Plugin]:
        """The plugins that did not load."""
        return [plugin for plugin in self.found if plugin.status == "broken"]

    def versions(self) -> dict[str, str]:
        """Distribution -> version of every plugin that is loaded."""
        return {plugin.distribution: plugin.version for plugin in self.found if plugin.status == "loaded"}

    def absent(self, kind: str, name: str) -> str:
        """Why a recipe cannot have this component, with the plugins that might have brought it had they loaded."""
        return self.registry.unknown(kind, name) + self.not_loaded()

    def not_loaded(self) -> str:
        """A line for each plugin that is broken or blocked."""
        out = [plugin.describe() for plugin in self.found if plugin.status != "loaded"]
        return "".join(f"\n    not loaded: {line}" for line in out)

    def add(self, module: object, name: str, distribution: str, version: str) -> None:
        """Register one imported plugin module and its components; all of them or, with an exception, none."""
        plugin = Plugin(name, distribution, version, "loaded")
        claims = _claims(module)
        self.hooks.register(module, name=plugin.identity)
        for kind, component in claims:
            self.registry.add(kind, Entry(component, name, distribution))
        self.found.append(plugin)


def _claims(module: object) -> list[tuple[str, type[Component]]]:
    """(kind, class) of what a module registers. It is asked alone, so that what fails leaves nothing behind."""
    alone = _manager()
    alone.register(module)
    alone.check_pending()
    _refuse_unmarked_hooks(alone, module)
    claims: list[tuple[str, type[Component]]] = []
    trial = Registry()
    for kind, hook in HOOK_OF_KIND.items():
        getattr(alone.hook, hook)(register=functools.partial(_claim, claims, kind))
    for kind, component in claims:
        trial.add(kind, Entry(component, component.__name__, component.__module__))
    for (kind, name), entries in trial.conflicts().items():
        raise TypeError(f"registers {len(entries)} {kind} classes as '{name}': {' and '.join(map(str, entries))}")
    return claims


def _claim(claims: list[tuple[str, type[Component]]], kind: str, component: type[Component]) -> type[Component]:
    claims.append((kind, component))
    return component


def _refuse_unmarked_hooks(manager: pluggy.PluginManager, module: object) -> None:
    for hook in vars(manager.hook):
        if callable(getattr(module, hook, None)) and manager.parse_hookimpl_opts(module, hook) is None:
            raise TypeError(f"{hook} is not marked with @genrekit.hookimpl")


def load(local: Iterable[str | Path] = (), blocked: Iterable[str] = ()) -> Plugins:
    """Load every installed plugin that is not blocked, then the ``local`` files.

    ``blocked`` holds names of plugins or of distributions. A local file that fails is an error, since somebody asked
    for it by name; an installed plugin is only reported.
    """
    plugins = Plugins()
    unmatched = {_normal(name): name for name in blocked}
    named = functools.cache(_distribution)
    blocks = frozenset(unmatched)
    for point in sorted(metadata.entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        distribution, version = named(point.dist)
        matching = blocks & {_normal(point.name), _normal(distribution)}
        if matching:
            plugins.found.append(Plugin(point.name, distribution, version, "blocked"))
        else:
            _load_installed(plugins, point, distribution, version)
        for name in matching:
            unmatched.pop(name, None)
    for path in dict.fromkeys(Path(path).expanduser() for path in local):
        _load_file(plugins, path)
    plugins.unmatched.extend(unmatched.values())
    return plugins


def _normal(name: str) -> str:
    """Distribution names are equal whatever their case and separators (PyPA's name normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _distribution(distribution: metadata.Distribution | None) -> tuple[str, str]:
    if distribution is None or not (distribution.read_text("METADATA") or distribution.read_text("PKG-INFO")):
        return "unknown", "?"
    return distribution.name or "unknown", distribution.version or "?"


def _load_installed(plugins: Plugins, point: metadata.EntryPoint, distribution: str, version: str) -> None:
    try:
        plugins.add(point.load(), point.name, distribution, version)
    except (Exception, SystemExit) as error:
        plugins.found.append(
            Plugin(point.name, distribution, version, "broken", _cause(error), trace=traceback.format_exc())
        )


def _cause(error: BaseException) -> str:
    """The exception on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def _load_file(plugins: Plugins, path: Path) -> None:
    if not path.is_file():
        raise PluginError(f"no plugin file at {path}", hint="--plugin takes the path of a Python file")
    name = f"genrekit_local_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path} is not a Python file", hint="--plugin takes the path of a .py file")
    module = importlib.util.module_from_spec(spec)
    # Pickling to worker processes and dataclasses look classes up by their module's name.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        plugins.add(module, path.stem, str(path), "local")
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise PluginError(f"plugin {path} does not load: {_cause(error)}", where=_line(error, path)) from error


def _line(error: BaseException, path: Path) -> str:
    """Where in ``path`` it went wrong, as ``file:line``."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{path}:{error.lineno}"
    frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{path}:{frames[-1]}" if frames else str(path)


_options: dict[str, tuple[str, ...]] = {"local": (), "blocked": ()}


def configure(local: Iterable[str] = (), blocked: Iterable[str] = ()) -> None:
    """Say which local files `installed` loads and which plugins it blocks, beside what the environment says."""
    _options.update(local=tuple(local), blocked=tuple(blocked))
    installed.cache_clear()


@functools.cache
def installed() -> Plugins:
    """The plugins of this process, loaded once.

    ``GENREKIT_BLOCK`` and ``GENREKIT_PLUGINS`` hold comma-separated names to block and files to load.
    """
    return load(
        local=[*_from_environment("GENREKIT_PLUGINS"), *_options["local"]],
        blocked=[*_from_environment("GENREKIT_BLOCK"), *_options["blocked"]],
    )


def _from_environment(variable: str) -> list[str]:
    return [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]
