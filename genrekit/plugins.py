"""Finds, loads, lists and blocks plugins. A broken one is reported and never stops the others."""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

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
    trace: str | None = None

    def describe(self) -> str:
        """``'wavelet' (genrekit-wavelet 1.2): ImportError: …``"""
        return f"'{self.name}' ({self.distribution} {self.version}): {self.cause or self.status}"


@dataclass
class Plugins:
    """All that was found: the hooks to call, the components, and how each plugin fared."""

    hooks: pluggy.PluginManager = field(default_factory=lambda: _manager())
    registry: Registry = field(default_factory=Registry)
    found: list[Plugin] = field(default_factory=list)

    @property
    def broken(self) -> list[Plugin]:
        """The plugins that did not load."""
        return [plugin for plugin in self.found if plugin.status == "broken"]

    def versions(self) -> dict[str, str]:
        """Distribution -> version of every plugin that is loaded."""
        return {plugin.distribution: plugin.version for plugin in self.found if plugin.status == "loaded"}

    def absent(self, kind: str, name: str) -> str:
        """Why a recipe cannot have this component, with the broken plugins that might have brought it."""
        told = self.registry.unknown(kind, name)
        out = [plugin.describe() for plugin in self.found if plugin.status != "loaded"]
        return told + "".join(f"\n    not loaded: {line}" for line in out)

    def add(self, module: ModuleType, name: str, distribution: str, version: str) -> None:
        """Register one imported plugin module and its components; all of them or none."""
        claims: list[tuple[str, Entry]] = []
        for kind, hook in HOOK_OF_KIND.items():
            implementation = getattr(module, hook, None)
            if implementation is not None:
                implementation(register=functools.partial(_claim, claims, kind, name, distribution))
        trial = Registry()
        for kind, entry in claims:
            trial.add(kind, entry)
        self.hooks.register(module, name=f"{distribution}:{name}")
        for kind, entry in claims:
            self.registry.add(kind, entry)
        self.found.append(Plugin(name, distribution, version, "loaded"))


def _claim(
    claims: list[tuple[str, Entry]], kind: str, plugin: str, distribution: str, component: type[Component]
) -> type[Component]:
    claims.append((kind, Entry(component, plugin, distribution)))
    return component


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    return manager


def load(local: Iterable[str | Path] = (), blocked: Iterable[str] = ()) -> Plugins:
    """Load every installed plugin that is not blocked, then the ``local`` files.

    A local file that fails is an error, since somebody asked for it by name; an installed one is only reported.
    """
    plugins, blocked = Plugins(), set(blocked)
    for point in sorted(metadata.entry_points(group=GROUP), key=lambda point: point.name):
        distribution, version = (point.dist.name, point.dist.version) if point.dist else ("unknown", "?")
        if blocked & {point.name, distribution}:
            plugins.found.append(Plugin(point.name, distribution, version, "blocked"))
            continue
        try:
            plugins.add(point.load(), point.name, distribution, version)
        except Exception as error:
            cause = f"{type(error).__name__}: {error}"
            plugins.found.append(
                Plugin(point.name, distribution, version, "broken", cause, trace=traceback.format_exc())
            )
    for path in local:
        _load_file(plugins, Path(path))
    return plugins


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
    except Exception as error:
        line = traceback.extract_tb(error.__traceback__)[-1]
        raise PluginError(
            f"plugin {path} does not load: {type(error).__name__}: {error}", where=f"{line.filename}:{line.lineno}"
        ) from error


_options: dict[str, Any] = {"local": (), "blocked": ()}


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
