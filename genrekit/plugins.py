"""Finds, loads, lists and blocks plugins. A broken one is reported and never stops the others."""

from __future__ import annotations

import functools
import re
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Literal

from genrekit.api import ApiMismatch, check_api, declared, declared_in_source
from genrekit.claims import check_hooks, claims
from genrekit.errors import one_line
from genrekit.hook_manager import HookManager, hook_manager
from genrekit.local_plugin import imported
from genrekit.plugin_choice import Choice, choice
from genrekit.plugin_choice import configure as configure
from genrekit.plugin_index import distributions_with
from genrekit.plugin_source import may_implement
from genrekit.registry import Entry, Registry
from genrekit.tables import TableEntry

GROUP = "genrekit"
"""The group of entry points that name plugin modules."""


Status = Literal["loaded", "blocked", "broken", "incompatible"]


@dataclass(frozen=True)
class Plugin:
    """One plugin and how loading it went."""

    name: str
    distribution: str
    version: str
    status: Status
    cause: str | None = None
    """Why it is broken or incompatible; of a loaded one: what is left out."""
    trace: str | None = None

    @property
    def identity(self) -> str:
        """Its name in `Plugins.hooks`."""
        return f"{self.distribution}:{self.name}"

    def describe(self) -> str:
        """``'wavelet' (genrekit-wavelet 1.2): ImportError: …``"""
        return f"'{self.name}' ({self.distribution} {self.version}): {self.cause or self.status}"


@dataclass
class Plugins:
    """All that was found: the hooks to call, the components, and how each plugin fared."""

    hooks: HookManager = field(default_factory=hook_manager)
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
        return self.registry.unknown(kind, name) + self._installable(kind, name) + self.not_loaded()

    def _installable(self, kind: str, name: str) -> str:
        """`installable`, if no plugin that is there claims the component."""
        if (kind, name) in self.registry.claims:
            return ""
        return self.installable(kind, name)

    def installable(self, kind: str, name: str) -> str:
        """A line for each distribution that is known to bring a component or table, and is not there in any state."""
        there = {normal(plugin.distribution) for plugin in self.found}
        known = [other for other in distributions_with(kind, name) if normal(other) not in there]
        return "".join(f"\n    {other} brings it: pip install {other}" for other in known)

    def not_loaded(self) -> str:
        """A line for each plugin that is broken or blocked."""
        out = [plugin.describe() for plugin in self.found if plugin.status != "loaded"]
        return "".join(f"\n    not loaded: {line}" for line in out)

    def add(self, module: object, name: str, distribution: str, version: str) -> None:
        """Register one imported plugin module and its components; all of them or, with an exception, none.

        Raises `ApiMismatch` if it says that it needs another plugin API than this one.
        """
        plugin = self._hook_up(module, name, distribution, version)
        try:
            brought = claims(self.hooks, module)
        except BaseException:
            self.hooks.unregister(module)
            raise
        for kind, component in brought.components:
            self.registry.add(kind, Entry(component, name, distribution))
        for table in brought.tables:
            self.registry.tables.add(TableEntry(table, name, distribution))
        self.found.append(plugin)

    def add_hooks(self, module: object, name: str, distribution: str, version: str) -> None:
        """Register one imported plugin module without its components."""
        self.found.append(self._hook_up(module, name, distribution, version))

    def _hook_up(self, module: object, name: str, distribution: str, version: str) -> Plugin:
        plugin = Plugin(name, distribution, version, "loaded")
        check_api(declared(module))
        if self.hooks.has_plugin(plugin.identity):
            raise ValueError(f"there is a plugin '{name}' of {distribution} already")
        try:
            self.hooks.register(module, name=plugin.identity)
            check_hooks(self.hooks, module)
        except BaseException:
            # pluggy keeps what it has of a plugin whose next hook is wrong.
            if self.hooks.has_plugin(plugin.identity):
                self.hooks.unregister(name=plugin.identity)
            raise
        return plugin


def load(local: Iterable[str | Path] = (), blocked: Iterable[str] = (), hook: str | None = None) -> Plugins:
    """Load every installed plugin that is not blocked, then the ``local`` files.

    ``blocked`` holds names of plugins or of distributions. A local file that fails is an error, since somebody asked
    for it by name; an installed plugin is only reported. Where ``hook`` is given, installed plugins without that hook
    are passed over, and no components asked for.
    """
    plugins, named = Plugins(), functools.cache(_distribution)
    blocks, seen = {normal(name): name for name in blocked}, set()
    for point in sorted(metadata.entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        about = (point.name, *named(point.dist))
        names = {normal(point.name), normal(about[1])}
        seen |= names
        if names & blocks.keys():
            plugins.found.append(Plugin(*about, "blocked"))
        elif hook is None or may_implement(point, hook):
            _load_installed(plugins, point, *about, add=Plugins.add_hooks if hook else Plugins.add)
    plugins.unmatched.extend(name for normal, name in blocks.items() if normal not in seen)
    for path in dict.fromkeys(Path(path).expanduser() for path in local):
        with imported(path) as module:
            plugins.add(module, path.stem, str(path), "local")
    return plugins


def normal(name: str) -> str:
    """Distribution names are equal whatever their case and separators (PyPA's name normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _distribution(distribution: metadata.Distribution | None) -> tuple[str, str]:
    """Name and version."""
    if distribution is None or not (distribution.read_text("METADATA") or distribution.read_text("PKG-INFO")):
        return "unknown", "?"
    return distribution.name or "unknown", distribution.version or "?"


def _load_installed(
    plugins: Plugins,
    point: metadata.EntryPoint,
    name: str,
    distribution: str,
    version: str,
    add: Callable[[Plugins, object, str, str, str], None],
) -> None:
    try:
        add(plugins, point.load(), name, distribution, version)
    except (Exception, SystemExit) as error:
        mismatch = _mismatch(error, point.module)
        status: Status = "incompatible" if mismatch else "broken"
        cause = str(mismatch) if mismatch else one_line(error)
        plugins.found.append(Plugin(name, distribution, version, status, cause, trace=traceback.format_exc()))


def _mismatch(error: BaseException, module: str) -> ApiMismatch | None:
    """That the plugin was made for another API, also where its import failed for just that reason."""
    if isinstance(error, ApiMismatch):
        return error
    try:
        check_api(declared_in_source(module))
    except ApiMismatch as mismatch:
        return mismatch
    except TypeError:
        pass
    return None


def installed() -> Plugins:
    """The plugins of this process, loaded once for each `configure`."""
    return _installed(choice())


@functools.lru_cache(maxsize=1)
def _installed(chosen: Choice) -> Plugins:
    return load(chosen.files(), chosen.names())


def with_commands() -> Plugins:
    """The plugins that may add commands. Most add none: where commands are all that is wanted, this is much faster."""
    # A local file would be run again when all plugins are wanted.
    return installed() if choice().files() else load(blocked=choice().names(), hook="register_commands")
