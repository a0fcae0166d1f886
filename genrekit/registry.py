"""Kind + name -> component class, with the plugin that brought it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from genrekit.component import KINDS, Component
from genrekit.errors import PluginError, did_you_mean


@dataclass(frozen=True)
class Entry:
    """A component class and the plugin that registered it."""

    component: type[Component]
    plugin: str
    distribution: str


@dataclass
class Registry:
    """What is installed. Two plugins may claim one name: then that name, and only it, cannot be used."""

    claims: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)

    def add(self, kind: str, entry: Entry) -> None:
        """Register ``entry``; its class must be of ``kind`` and have a name."""
        component = entry.component
        if not (isinstance(component, type) and issubclass(component, KINDS[kind])):
            raise TypeError(f"{component!r} is not a genrekit.{KINDS[kind].__name__}")
        if not isinstance(component.model_fields["use"].default, str):
            raise TypeError(f'{component.__name__} has no name: give it  use: Literal["my-name"] = "my-name"')
        claimed = self.claims.setdefault((kind, component.name()), [])
        if all(other.component is not component for other in claimed):
            claimed.append(entry)

    def entries(self, kind: str) -> Iterator[Entry]:
        """The usable components of a kind, by name."""
        for (claimed_kind, _), claimed in sorted(self.claims.items()):
            if claimed_kind == kind and len(claimed) == 1:
                yield claimed[0]

    def names(self, kind: str) -> list[str]:
        """The usable names of a kind."""
        return [entry.component.name() for entry in self.entries(kind)]

    def find(self, kind: str, name: str) -> Entry:
        """The entry of that name, or a `PluginError` that says what there is instead."""
        claimed = self.claims.get((kind, name), [])
        if len(claimed) == 1:
            return claimed[0]
        raise PluginError(self.unknown(kind, name))

    def unknown(self, kind: str, name: str) -> str:
        """Why ``name`` cannot be used: two plugins claim it, or nobody does."""
        claimed = self.claims.get((kind, name), [])
        if claimed:
            who = " and ".join(f"'{entry.plugin}' ({entry.distribution})" for entry in claimed)
            return f"{kind} '{name}' is claimed by two plugins, {who}; block one with --block NAME"
        names = self.names(kind)
        available = ", ".join(names) if names else f"none: no {kind} plugin is installed"
        close = did_you_mean(name, names).removesuffix("?")
        return f"unknown {kind} '{name}'{close}; available: {available}"

    def default(self, kind: str) -> type[Component] | None:
        """The class that recipes get when they name none of this kind."""
        defaults = [entry for entry in self.entries(kind) if entry.component.default]
        if len(defaults) > 1:
            who = " and ".join(f"'{entry.component.name()}' ({entry.plugin})" for entry in defaults)
            raise PluginError(f"two {kind}s say that they are the default: {who}", hint="name one in the recipe")
        return defaults[0].component if defaults else None
