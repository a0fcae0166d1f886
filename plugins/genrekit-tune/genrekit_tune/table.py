"""The recipe's ``[tune]``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import genrekit
from genrekit_tune.space import Space, Spaces

if TYPE_CHECKING:
    from genrekit.recipe import Recipe


class Tune(genrekit.RecipeTable):
    """Which options `genrekit tune` searches, for how long, and for which figure of the validation part."""

    table: ClassVar[str] = "tune"

    space: Spaces = genrekit.Field(
        description="option, as after --set -> its space: { low, high, step, log } or { choices }"
    )
    trials: int = genrekit.Field(50, ge=1, description="how many combinations are tried, all processes together")
    metric: str | None = genrekit.Field(
        None, description="the validation figure that is searched for, of the kept epoch; none: train.keep"
    )
    sampler: Literal["tpe", "random", "grid"] = genrekit.Field(
        "tpe",
        description="tpe: near what did well (Bergstra et al., 2011). random: anywhere. grid: every combination once",
    )
    pruner: Literal["median", "hyperband", "none"] = genrekit.Field(
        "median",
        description="ends trials early: those below the median of others at that epoch, or by Hyperband "
        "(Li et al., 2018)",
    )
    warmup_trials: int = genrekit.Field(5, ge=0, description="trials before the median pruner ends any")
    warmup_epochs: int = genrekit.Field(1, ge=0, description="epochs that the median pruner leaves every trial")
    start_from_recipe: bool = genrekit.Field(
        True, description="whether the first trial has the recipe's own options; not with sampler = grid"
    )

    def misfits(self, recipe: Recipe) -> Iterator[genrekit.Misfit]:
        """Spaces that lead to no option, or hold values that the option cannot have."""
        from genrekit_tune.fitting import misfits

        yield from misfits(self, recipe)

    @classmethod
    def example(cls, folder: Path) -> Self:
        """A search for a learning rate and a batch size."""
        rate, size = Space(low=1e-4, high=1e-2, log=True), Space(choices=[16, 32])
        return cls(space={"train": {"optimizer": {"lr": rate}}, "train.batch_size": size})
