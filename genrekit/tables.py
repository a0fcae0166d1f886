"""The recipe tables that plugins brought, by name, and what is told of one that nothing brought."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genrekit.recipe_table import RecipeTable


@dataclass(frozen=True)
class TableEntry:
    """A table's class and the plugin that registered it."""

    table: type[RecipeTable]
    plugin: str
    distribution: str

    def __str__(self) -> str:
        return f"'{self.plugin}' ({self.distribution})"

    @property
    def name(self) -> str:
        """What recipes call it."""
        return self.table.name()

    def ready(self) -> type[RecipeTable]:
        """The class, ready to read options; an `UnreadableError` if one of them is of a type that nothing can read."""
        from genrekit.options import ready

        return ready(self.table, f"table '{self.name}' of {self}")


class Tables(dict[str, list[TableEntry]]):
    """Name -> the plugins that claim it. If several do, that name, and only it, cannot be used."""

    def add(self, entry: TableEntry) -> None:
        """Register ``entry``; raises TypeError unless its class is a table with a name that recipes can have."""
        check(entry.table)
        claimed = self.setdefault(entry.table.name(), [])
        if all(other.table is not entry.table for other in claimed):
            claimed.append(entry)

    def entries(self) -> Iterator[TableEntry]:
        """Those that recipes can have, by name."""
        for _, claimed in sorted(self.items()):
            if len(claimed) == 1:
                yield claimed[0]

    def clash(self, name: str) -> str:
        """That several plugins claim ``name``; "" if not."""
        claimed = self.get(name, [])
        if len(claimed) < 2:
            return ""
        who = " and ".join(map(str, claimed))
        return f"table '{name}' is claimed by {len(claimed)} plugins, {who}; block all but one with --block NAME"


def check(table: object) -> None:
    """Raise TypeError, saying what to change, unless ``table`` is a class that recipes can have a table of."""
    from genrekit.options import resolve
    from genrekit.recipe.model import Recipe
    from genrekit.recipe_table import RecipeTable

    if not (isinstance(table, type) and issubclass(table, RecipeTable)):
        raise TypeError(f"{table!r} is not a genrekit.RecipeTable")
    name = getattr(table, "table", None)
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise TypeError(f'{table.__name__} has no name: give it  table: ClassVar[str] = "my_table"')
    if name in Recipe.model_fields or hasattr(Recipe, name) or name.startswith("model_"):
        raise TypeError(f"{table.__name__} cannot be [{name}]: recipes use that name themselves")
    resolve(table)
