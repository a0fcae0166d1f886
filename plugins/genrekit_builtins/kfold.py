"""Splitters for cross-validation: one of k folds is held out; ``genrekit run --folds`` tests each of them once."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

import genrekit
from genrekit import Clips, Field
from genrekit.randomness import generator
from genrekit_builtins.coded_clips import CodedClips
from genrekit_builtins.drawn_parts import drawn_from_train
from genrekit_builtins.fold_column import FoldColumn
from genrekit_builtins.group_folds import group_folds
from genrekit_builtins.leave_groups_out import LeaveGroupsOut
from genrekit_builtins.part_checks import check_complete, check_enough, divided_notes


class _Folds(genrekit.Splitter):
    folds: int = Field(5, ge=2, description="how many folds the clips are dealt out to")
    fold: int = Field(0, ge=0, description="the fold that is held out, counted from 0")
    held_out: Literal["validation", "test"] = Field("validation", description="what the held-out fold is used for")
    validation: float = Field(
        0.15, ge=0, lt=1, description='share of the others that choose the best epoch when held_out is "test"; 0: none'
    )

    _way_out: ClassVar[str] = ""

    @property
    def _keeps_groups(self) -> bool:
        return True

    @model_validator(mode="after")
    def _fold_exists(self) -> Self:
        if self.fold >= self.folds:
            raise ValueError(f"fold must be at most {self.folds - 1}: {self.folds} folds are counted from 0")
        return self

    def split(self, clips: Clips, seed: int) -> Clips:
        """The folds depend on ``seed``, not on ``fold``: runs that differ only in it hold out every clip once.

        Raises `genrekit.DataError` where a class cannot be in every fold.
        """
        import numpy as np
        import polars as pl

        hint = f"fewer folds than split.folds={self.folds}, or leave these classes out{self._way_out}"
        coded = CodedClips.of(clips, self._keeps_groups)
        check_enough(coded, self.folds, f"{self.folds} folds", hint)
        held = (group_folds(coded, self.folds, generator(seed, "folds")) == self.fold).astype(np.int64)
        check_complete(coded, held, names := ["train", self.held_out], hint)
        split = clips.with_column("part", pl.Series(names).gather(held))
        if self.held_out == "test" and self.validation:
            rest_hint = "--set split.held_out=validation needs no further part"
            split = drawn_from_train(split, self.validation, seed, self._keeps_groups, rest_hint)
        return split.with_notes(divided_notes(split))

    def each_fold(self, clips: Clips) -> list[genrekit.Splitter]:
        """Every fold the test part once; what ``held_out`` says is not looked at."""
        return [self.model_copy(update={"fold": fold, "held_out": "test"}) for fold in range(self.folds)]


class KFold(_Folds):
    """One of k folds held out, each with about the same share of every class, and no group (artist, site) divided.

    A clip without a group is a group of its own. With ``groups = "ignore"`` clips of one group can come to stand on
    both sides; a warning then says so.
    """

    use: Literal["kfold"] = "kfold"
    groups: Literal["keep-together", "ignore"] = Field(
        "keep-together", description="whether the clips of one group must stay in one fold"
    )
    _way_out: ClassVar[str] = ", or split.groups=ignore, which divides groups and says so"

    @property
    def _keeps_groups(self) -> bool:
        return self.groups == "keep-together"


class GroupedKFold(_Folds):
    """One of k folds held out, no group divided: `kfold` by the name it has elsewhere, where groups are always kept."""

    use: Literal["grouped-kfold"] = "grouped-kfold"


@genrekit.hookimpl
def register_splitters(register: Any) -> None:
    """Adds `kfold`, `grouped-kfold`, `leave-groups-out` and `fold`."""
    register(KFold)
    register(GroupedKFold)
    register(LeaveGroupsOut)
    register(FoldColumn)
