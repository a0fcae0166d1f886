"""Kind + name -> component class, with the plugin that brought it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

from genrekit.errors import PluginError, did_you_mean
from genrekit.tables import Tables

if TYPE_CHECKING:
    from genrekit.component import Component


@dataclass(frozen=True)
class Entry:
    """A component class and the plugin that registered it."""

    component: type[Component]
    plugin: str
    distribution: str

    def __str__(self) -> str:
        return f"'{self.plugin}' ({self.distribution})"

    @property
    def name(self) -> str:
        """What recipes call it."""
        return self.component.name()

    def ready(self) -> type[Component]:
        """The class, ready to read options; an `UnreadableError` if one of them is of a type that nothing can read."""
        from genrekit.options import ready

        return ready(self.component, f"{self.component.kind} '{self.name}' of {self}")


@dataclass
class Registry:
    """What is installed. Two plugins may claim one name: then that name, and only it, cannot be used."""

    claims: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    tables: Tables = field(default_factory=Tables)

    def add(self, kind: str, entry: Entry) -> None:
        """Register ``entry``; raises TypeError unless `check` finds its class to be a component of ``kind``."""
        check(kind, entry.component)
        claimed = self.claims.setdefault((kind, entry.component.name()), [])
        if all(other.component is not entry.component for other in claimed):
            claimed.append(entry)

    def entries(self, kind: str) -> Iterator[Entry]:
        """The usable components of a kind, by name."""
        for (claimed_kind, _), claimed in sorted(self.claims.items()):
            if claimed_kind == kind and len(claimed) == 1:
                yield claimed[0]

    def names(self, kind: str) -> list[str]:
        """The usable names of a kind."""
        return [entry.component.name() for entry in self.entries(kind)]

    def conflicts(self) -> dict[tuple[str, str], list[Entry]]:
        """(kind, name) -> the plugins that claim it, where several do."""
        return {key: claimed for key, claimed in sorted(self.claims.items()) if len(claimed) > 1}

    def find(self, kind: str, name: str) -> Entry:
        """The entry of that name, `Entry.ready`; or a `PluginError` that says what there is instead."""
        claimed = self.claims.get((kind, name), [])
        if len(claimed) == 1:
            claimed[0].ready()
            return claimed[0]
        raise PluginError(self.unknown(kind, name))

    def unknown(self, kind: str, name: str) -> str:
        """Why ``name`` cannot be used: several plugins claim it, or none does."""
        claimed = self.claims.get((kind, name), [])
        if claimed:
            who = " and ".join(map(str, claimed))
            return f"{kind} '{name}' is claimed by {len(claimed)} plugins, {who}; block all but one with --block NAME"
        names = self.names(kind)
        close = did_you_mean(name, names) or ";"
        available = f"{close} available: {', '.join(names)}" if names else f"; no {kind} plugin is installed"
        return f"unknown {kind} '{name}'{self._of_other_kinds(name)}{available}"

    def _of_other_kinds(self, name: str) -> str:
        kinds = [kind for kind, claimed in self.claims if claimed == name]
        return f" (it is of the kind {' and '.join(kinds)})" if kinds else ""

    def defaults(self, kind: str) -> list[Entry]:
        """Those that say that recipes which name none of this kind get them."""
        return [entry for entry in self.entries(kind) if entry.component.default]

    def default(self, kind: str) -> type[Component] | None:
        """The one default of a kind; None where there is none, or where recipes must choose among several."""
        defaults = self.defaults(kind)
        return defaults[0].component if len(defaults) == 1 else None


def check(kind: str, component: object) -> None:
    """Raise TypeError, saying what to change, unless ``component`` is a class of ``kind`` that recipes can name.

    Whether its options can be read is left to `Entry.ready`: a hundred validators take a tenth of a short command.
    """
    from genrekit.component import KINDS
    from genrekit.options import resolve

    base = KINDS[kind]
    if not (isinstance(component, type) and issubclass(component, base)):
        raise TypeError(f"{component!r} is not a genrekit.{base.__name__}")
    use = component.model_fields["use"]
    if not isinstance(use.default, str) or get_args(use.annotation) != (use.default,):
        raise TypeError(f'{component.__name__} has no name: give it  use: Literal["my-name"] = "my-name"')
    resolve(component)
    if component.default and any(option.is_required() for option in component.model_fields.values()):
        raise TypeError(f"{component.__name__} says that it is the default, but has options without a default")
