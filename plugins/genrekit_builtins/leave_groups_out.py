"""Whole groups held out: one speaker, artist or site at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

import genrekit
from genrekit import Clips, DataError, Field
from genrekit_builtins.drawn_parts import drawn_from_train
from genrekit_builtins.part_checks import divided_notes, listed, prescribed_notes


class LeaveGroupsOut(genrekit.Splitter):
    """Named groups (speakers, artists, sites) held out for the test, all others train.

    ``genrekit run --folds`` leaves each group out once, as scikit-learn's `LeaveOneGroupOut` does. Clips without a
    group always train, and a note says how many.
    """

    use: Literal["leave-groups-out"] = "leave-groups-out"
    test: str | list[str] = Field([], description="group or groups that are only reported; --folds takes each in turn")
    validation: float = Field(
        0.15, ge=0, lt=1, description="share of the other clips that choose the best epoch; 0 makes no validation part"
    )
    validation_groups: Literal["keep-together", "ignore"] = Field(
        "keep-together", description="whether the clips of one group must not both train and validate"
    )

    @classmethod
    def example(cls, folder: Path) -> Self:
        return cls(test="artist 0")

    def split(self, clips: Clips, seed: int) -> Clips:
        """``part`` from ``group``. Raises `genrekit.DataError` if a named group, or a class in training, is missing."""
        import polars as pl

        named = [self.test] if isinstance(self.test, str) else list(self.test)
        _check_named(named, _groups(clips))
        group = pl.col("group")
        column = pl.when(group.is_in(named)).then(pl.lit("test")).otherwise(pl.lit("train"))
        split = clips.with_column("part", clips.table.select(part=column).get_column("part"), _lone_notes(clips))
        prescribed = prescribed_notes(split)
        if self.validation:
            whole = self.validation_groups == "keep-together"
            split = drawn_from_train(split, self.validation, seed, whole, _HINT)
        return split.with_notes([*prescribed, *divided_notes(split)])

    def each_fold(self, clips: Clips) -> list[genrekit.Splitter]:
        """Every group the test part once, whatever ``test`` names."""
        return [self.model_copy(update={"test": group}) for group in _groups(clips)]


_HINT = (
    "--set split.validation_groups=ignore draws from every group; --set split.validation=0 --set train.keep=last "
    "trains on all that is not tested"
)


def _groups(clips: Clips) -> list[str]:
    groups = sorted(clips.table.get_column("group").drop_nulls().unique().to_list())
    if len(groups) < 2:
        raise DataError(
            f"there {'is one group' if groups else 'are no groups'} to leave out",
            why="the splitter 'leave-groups-out' holds out the groups that the data set names",
            hint="name the data set's group column, or group in its path pattern",
        )
    return groups


def _check_named(named: list[str], there: list[str]) -> None:
    if not named:
        raise DataError(
            "no group is named that is held out",
            why=f"the groups are {listed(there)}",
            hint="--folds leaves each out in turn; --set split.test=GROUP leaves one out",
        )
    unknown = [name for name in named if name not in there]
    if unknown:
        raise DataError(f"there is no group {listed(map(repr, unknown))}", why=f"the groups are {listed(there)}")


def _lone_notes(clips: Clips) -> list[str]:
    lone = clips.table.get_column("group").null_count()
    return [f"{lone} of {len(clips)} clips have no group and are never tested"] if lone else []
