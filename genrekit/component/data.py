"""Where clips come from, and which of them train."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from genrekit.component.base import Component

if TYPE_CHECKING:
    from genrekit.clips import Clips


class Dataset(Component):
    """Where clips come from."""

    kind: ClassVar[str] = "dataset"

    def clips(self) -> Clips:
        """Every clip with its labels, and its group, part and fold where known. Reads no audio."""
        raise NotImplementedError


class Splitter(Component):
    """Which clips train, which choose the epoch (validation), which are reported (test)."""

    kind: ClassVar[str] = "splitter"

    def split(self, clips: Clips, seed: int) -> Clips:
        """``clips`` with ``part`` set to "train", "validation", "test" or null (not used)."""
        raise NotImplementedError

    def each_fold(self, clips: Clips) -> list[Splitter]:
        """The splitters of a cross-validation, one a fold: each clip is in the test part of one at most.

        Each has the options that make its fold by itself, so that it can stand in a recipe. Empty: there are no folds
        to go through.
        """
        return []
