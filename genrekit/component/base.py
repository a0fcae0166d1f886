"""What all kinds of components have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

from genrekit.options import Options


class Component(Options):
    """The base of all kinds. A subclass sets ``use: Literal["name"] = "name"``."""

    kind: ClassVar[str]
    default: ClassVar[bool] = False
    """Whether a recipe that names no component of this kind gets this one; at most one installed class says so."""
    version: ClassVar[int] = 1
    """Raise it when the same options give another result: stored results of older versions are not used again."""

    use: str

    @classmethod
    def name(cls) -> str:
        """The name that recipes write after ``use =``."""
        return str(cls.model_fields["use"].default)

    def identity(self) -> dict[str, Any]:
        """What decides its results, ready for JSON: its options, unless a subclass says otherwise.

        Where an option leads to what can change while the option stays (a folder of weights, a name on a hub), the
        content, as a hash, takes the option's place. Stored features are found by it, and a run is not resumed with
        another one. It is asked often, so it must be quick: hash a file again only when its size or time has changed.
        """
        return self.model_dump(mode="json")

    def portable(self) -> Self:
        """The same component as a bundle writes it: with options that build its module on any machine.

        A bundle holds the module's weights. So what says where weights come from (a file, a download) is replaced by
        what says which there are. Its module must have the same ``state_dict`` keys and shapes.
        """
        return self

    @classmethod
    def example(cls, folder: Path) -> Self:
        """A small one for the contract suite, `genrekit.testing`; with its defaults, unless a subclass says otherwise.

        ``folder`` is empty and there to be written into: a data set puts a few recordings there.
        """
        return cls.model_validate({})
