"""A recipe's table that belongs to a plugin: options that are no component's, such as where runs are told of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from genrekit.options import Options

if TYPE_CHECKING:
    from genrekit.recipe.model import Recipe


class Misfit(NamedTuple):
    """Something in a table that does not fit the rest of the recipe. ``path`` leads to it from within the table."""

    path: tuple[str | int, ...]
    what: str
    why: str | None = None
    hint: str | None = None


class RecipeTable(Options):
    """A table of the recipe, ``[name]``, that a plugin reads; its fields are its options.

    A recipe without the table leaves the plugin alone. One that has it cannot be read without the plugin. The table is
    checked with the rest, written into the run folder's recipe, and there in every event of a run:
    ``event.recipe.table(MyTable)`` is the table, or None. It does not decide what a run results in; what does is a
    component.
    """

    kind: ClassVar[str] = "table"
    table: ClassVar[str]
    """What recipes write between the brackets: lower-case letters, digits and underscores."""

    @classmethod
    def name(cls) -> str:
        """`table`."""
        return cls.table

    @classmethod
    def example(cls, folder: Path) -> Self:
        """A small one for the contract suite, `genrekit.testing`; with its defaults, unless a subclass says otherwise.

        ``folder`` is empty and there to be written into.
        """
        return cls.model_validate({})

    def misfits(self, recipe: Recipe) -> Iterator[Misfit]:
        """What does not fit the rest of ``recipe``, which is valid. Asked wherever a recipe is read: takes no torch."""
        yield from ()
