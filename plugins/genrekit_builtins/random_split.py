"""The default splitter: by lot, stratified, groups kept whole."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

import genrekit
from genrekit import Clips, Field
from genrekit_builtins.drawn_parts import drawn_parts
from genrekit_builtins.part_checks import divided_notes


class RandomSplit(genrekit.Splitter):
    """By lot: the asked share of each class, and never one group (artist, speaker, site) on both sides.

    A clip without a group is a group of its own. What the data set itself says about parts is not looked at.
    """

    default: ClassVar[bool] = True
    use: Literal["random"] = "random"
    validation: float = Field(0.15, gt=0, lt=1, description="share of the clips that choose the best epoch")
    test: float = Field(0.0, ge=0, lt=1, description="share of the clips that are only reported; 0 makes no test part")
    groups: Literal["keep-together", "ignore"] = Field(
        "keep-together", description="whether the clips of one group must stay on one side"
    )

    @model_validator(mode="after")
    def _leaves_some_for_training(self) -> Self:
        taken = self.validation + self.test
        if taken >= 1:
            raise ValueError(f"validation + test make {taken:g}; they must stay below 1, to leave clips to train on")
        return self

    def split(self, clips: Clips, seed: int) -> Clips:
        """``part`` drawn anew for every clip. Raises `genrekit.DataError` where the groups make that impossible."""
        asked = {"validation": self.validation} | ({"test": self.test} if self.test else {})
        split = drawn_parts(clips, asked, seed, self.groups == "keep-together", _HINT)
        return split.with_notes(divided_notes(split))


_HINT = (
    "--set split.groups=ignore divides groups and says so, results then look better than they are; "
    "or leave these classes out, or add clips of other groups"
)


@genrekit.hookimpl
def register_splitters(register: Any) -> None:
    """Adds `random`."""
    register(RandomSplit)
