"""The data set's own parts."""

from __future__ import annotations

from typing import Any, Literal

import genrekit
from genrekit import Clips, DataError, Field
from genrekit_builtins.drawn_parts import drawn_from_train
from genrekit_builtins.part_checks import divided_notes, listed, prescribed_notes
from genrekit_builtins.part_names import PART_NAMES


class Predefined(genrekit.Splitter):
    """The parts that the data set prescribes, such as a table's column or GTZAN's fault-filtered lists.

    The usual spellings are understood (train, training; validation, valid, val, dev; test, testing, eval). Clips
    without a part are left out, and a note says how many.
    """

    use: Literal["predefined"] = "predefined"
    validation: float | None = Field(
        None, gt=0, lt=1, description="share of the training part drawn for validation where the data set has none"
    )

    def split(self, clips: Clips, seed: int) -> Clips:
        """``part`` spelled in genrekit's way. Raises `genrekit.DataError` if train or validation is missing."""
        split = _spelled(clips)
        counts = split.counts()
        if not counts["train"]:
            raise DataError("the data set prescribes no training part", why=_there(counts))
        if not counts["validation"]:
            split = self._with_validation(split, counts, seed)
        elif self.validation:
            split = split.with_notes(["split.validation is not used: the data set has a validation part of its own"])
        return split.with_notes([*prescribed_notes(split), *divided_notes(split)])

    def _with_validation(self, clips: Clips, counts: dict[str, int], seed: int) -> Clips:
        if self.validation is None:
            raise DataError(
                "the data set prescribes no validation part, and without one no best epoch can be chosen",
                why=_there(counts),
                hint="--set split.validation=0.15 draws one from the training part; groups stay whole",
            )
        hint = "a larger split.validation, or name a validation part in the data"
        return drawn_from_train(clips, self.validation, seed, True, hint)


def _spelled(clips: Clips) -> Clips:
    part = clips.table.get_column("part")
    if part.null_count() == len(clips):
        raise DataError(
            "the clips say nothing about parts",
            why="the splitter 'predefined' uses the parts that the data set prescribes",
            hint="name the data set's part column or group, or draw parts with the splitter random",
        )
    plain = part.str.strip_chars().str.to_lowercase()
    unknown = part.filter(~plain.is_in(list(PART_NAMES)) & part.is_not_null()).unique().sort().to_list()
    if unknown:
        known = listed(sorted(PART_NAMES))
        raise DataError(f"unknown part {listed(map(repr, unknown))}", why=f"understood are {known}")
    left_out = part.null_count()
    notes = [f"{left_out} of {len(clips)} clips have no part and are left out"] if left_out else []
    return clips.with_column("part", plain.replace_strict(PART_NAMES), notes)


def _there(counts: dict[str, int]) -> str:
    return "there are " + listed(f"{count} {part}" for part, count in counts.items() if count) + " clips"


@genrekit.hookimpl
def register_splitters(register: Any) -> None:
    """Adds `predefined`."""
    register(Predefined)
