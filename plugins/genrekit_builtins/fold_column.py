"""The data set's own folds."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

import genrekit
from genrekit import Clips, DataError, Field
from genrekit_builtins.drawn_parts import drawn_from_train
from genrekit_builtins.part_checks import divided_notes, listed, prescribed_notes

Folds = str | int | list[str | int]


class FoldColumn(genrekit.Splitter):
    """The folds that the data set prescribes: the named ones validate and test, all others train.

    Clips without a fold are left out, and a note says how many.
    """

    use: Literal["fold"] = "fold"
    validation: Folds | None = Field(None, description="fold or folds that choose the best epoch; none draws some")
    test: Folds | None = Field(None, description="fold or folds that are only reported; none makes no test part")
    drawn: float = Field(
        0.15, gt=0, lt=1, description="share of the training folds drawn for validation where no fold is named for it"
    )

    @model_validator(mode="after")
    def _folds_differ(self) -> Self:
        if not _names(self.validation) and not _names(self.test):
            raise ValueError('name the folds that are held out: validation = "4", test = "5", or one of them')
        both = set(_names(self.validation)) & set(_names(self.test))
        if both:
            raise ValueError(f"fold {listed(sorted(both))} cannot be both validation and test")
        return self

    def split(self, clips: Clips, seed: int) -> Clips:
        """``part`` from ``fold``. Raises `genrekit.DataError` if a named fold, or a class in a part, is missing."""
        import polars as pl

        held = dict.fromkeys(_names(self.validation), "validation") | dict.fromkeys(_names(self.test), "test")
        self._check_folds(clips, held)
        fold = pl.col("fold")
        column = pl.when(fold.is_null()).then(None).otherwise(fold.replace_strict(held, default="train"))
        left_out = clips.table.get_column("fold").null_count()
        notes = [f"{left_out} of {len(clips)} clips have no fold and are left out"] if left_out else []
        split = clips.with_column("part", clips.table.select(part=column).get_column("part"), notes)
        if not _names(self.validation):
            split = drawn_from_train(split, self.drawn, seed, True, "name a fold for it: --set split.validation=FOLD")
        return split.with_notes([*prescribed_notes(split), *divided_notes(split)])

    def _check_folds(self, clips: Clips, held: dict[str, str]) -> None:
        there = sorted(clips.table.get_column("fold").drop_nulls().unique().to_list())
        if not there:
            raise DataError(
                "the clips have no folds",
                why="the splitter 'fold' uses the folds that the data set prescribes",
                hint="name the data set's fold column or group, or deal folds out with the splitter grouped-kfold",
            )
        unknown = [name for name in held if name not in there]
        if unknown:
            raise DataError(f"there is no fold {listed(map(repr, unknown))}", why=f"the folds are {listed(there)}")
        if len(held) == len(there):
            raise DataError("no fold is left to train on", why=f"the folds are {listed(there)}, and all are held out")


def _names(folds: Folds | None) -> list[str]:
    if folds is None:
        return []
    return [str(fold) for fold in folds] if isinstance(folds, list) else [str(folds)]
