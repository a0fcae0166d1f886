"""The data set's own folds."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

import genrekit
from genrekit import Clips, DataError, Field
from genrekit_builtins.drawn_parts import drawn_from_train
from genrekit_builtins.part_checks import divided_notes, listed, prescribed_notes

Folds = str | int | list[str | int]

NEXT = "next"


class FoldColumn(genrekit.Splitter):
    """The folds that the data set prescribes: the named ones validate and test, all others train.

    Clips without a fold are left out, and a note says how many. ``genrekit run --folds`` tests each fold once.
    """

    use: Literal["fold"] = "fold"
    validation: Folds | None = Field(
        None, description='fold or folds that choose the best epoch; "next": the one after the tested; none draws some'
    )
    test: Folds | None = Field(
        None, description="fold or folds that are only reported; none makes no test part; --folds tests each in turn"
    )
    drawn: float = Field(
        0.15,
        ge=0,
        lt=1,
        description="share of the training folds drawn for validation where no fold is named for it; 0 draws none",
    )

    @model_validator(mode="after")
    def _folds_differ(self) -> Self:
        both = set(_names(self.validation)) & set(_names(self.test))
        if both:
            raise ValueError(f"fold {listed(sorted(both))} cannot be both validation and test")
        return self

    @classmethod
    def example(cls, folder: Path) -> Self:
        return cls(test="5")

    def split(self, clips: Clips, seed: int) -> Clips:
        """``part`` from ``fold``. Raises `genrekit.DataError` if a named fold, or a class in a part, is missing."""
        import polars as pl

        there = _there(clips)
        test = _names(self.test)
        validation = [_after(test, there)] if self.validation == NEXT else _names(self.validation)
        held = dict.fromkeys(validation, "validation") | dict.fromkeys(test, "test")
        _check_folds(held, there)
        fold = pl.col("fold")
        column = pl.when(fold.is_null()).then(None).otherwise(fold.replace_strict(held, default="train"))
        left_out = clips.table.get_column("fold").null_count()
        notes = [f"{left_out} of {len(clips)} clips have no fold and are left out"] if left_out else []
        split = clips.with_column("part", clips.table.select(part=column).get_column("part"), notes)
        if not validation and self.drawn:
            split = drawn_from_train(split, self.drawn, seed, True, "name a fold for it: --set split.validation=FOLD")
        return split.with_notes([*prescribed_notes(split), *divided_notes(split)])

    def each_fold(self, clips: Clips) -> list[genrekit.Splitter]:
        """Every fold the test part once, whatever ``test`` names."""
        named = [name for name in _names(self.validation) if name != NEXT]
        if named:
            raise DataError(
                f"split.validation names fold {listed(named)}, but a cross-validation tests every fold",
                hint="--set split.validation=next, or leave it out: split.drawn of the training folds validates then",
            )
        there = _there(clips)
        choosing = {name: _after([name], there) if self.validation == NEXT else None for name in there}
        return [
            self.model_copy(update={"test": test, "validation": validation}) for test, validation in choosing.items()
        ]


def _there(clips: Clips) -> list[str]:
    """The data set's folds, numbers in their order."""
    there = clips.table.get_column("fold").drop_nulls().unique().to_list()
    if not there:
        raise DataError(
            "the clips have no folds",
            why="the splitter 'fold' uses the folds that the data set prescribes",
            hint="name the data set's fold column or group, or deal folds out with the splitter grouped-kfold",
        )
    return sorted(there, key=lambda name: (int(name) if name.isdecimal() else -1, name))


def _after(test: list[str], there: list[str]) -> str:
    """The fold after the tested one; after the last comes the first."""
    if len(test) != 1 or test[0] not in there:
        raise DataError(
            'split.validation = "next" is the fold after the tested one',
            why=f"split.test names {listed(test) or 'none'}; the folds are {listed(there)}",
            hint="--set split.test=FOLD, or --folds to test each fold in turn",
        )
    return there[(there.index(test[0]) + 1) % len(there)]


def _check_folds(held: dict[str, str], there: list[str]) -> None:
    if not held:
        raise DataError(
            "no fold is named that is held out",
            why=f"the folds are {listed(there)}",
            hint="--folds tests each in turn; --set split.test=FOLD holds one out",
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
