"""What a recipe means for a model that is fitted at once, without gradients."""

from __future__ import annotations

from collections.abc import Iterator

from genrekit.component import FittedModel, Mixer
from genrekit.errors import RecipeError
from genrekit.history import LAST
from genrekit.recipe.model import Recipe

FOR_GRADIENTS = (
    "epochs", "micro_batch_size", "optimizer", "scheduler", "clip_gradients", "average", "evaluate_every", "stop_early",
    "precision", "keep", "ensemble_size",
    "ensemble_channels",
)  # fmt: skip
"""The options of ``[train]`` that mean nothing here."""

ONE_EPOCH = {
    "epochs": 1, "evaluate_every": 1, "keep": LAST, "scheduler": None, "average": None, "stop_early": None,
    "ensemble_size": 1, "ensemble_channels": None,
}  # fmt: skip
"""What they are then: there is nothing to choose between, and nothing that follows the epochs."""


def resolve(recipe: Recipe) -> Recipe:
    """The recipe with one epoch if its model is fitted, else as it is. `RecipeError` for what cannot be fitted."""
    if not isinstance(recipe.model, FittedModel):
        return recipe
    refuse_mixers(recipe)
    train = recipe.train.model_copy(update=ONE_EPOCH)
    train.model_fields_set.intersection_update(recipe.train.model_fields_set)
    resolved = recipe.model_copy(update={"train": train})
    resolved.model_fields_set.intersection_update(recipe.model_fields_set)
    return resolved


def notes(recipe: Recipe) -> Iterator[str]:
    """What somebody should know who wrote this recipe."""
    unused = [name for name in FOR_GRADIENTS if name in recipe.train.model_fields_set]
    if isinstance(recipe.model, FittedModel) and unused:
        options = ", ".join(f"train.{name}" for name in unused)
        yield f"{recipe.model.use} is fitted at once, without gradients: {options} not used"


def refuse_mixers(recipe: Recipe) -> None:
    """`RecipeError` where targets would be shares of labels, and the model takes labels only."""
    mixers = [augmenter.use for augmenter in recipe.augment if isinstance(augmenter, Mixer)]
    if mixers and isinstance(recipe.model, FittedModel) and not recipe.model.learns_shares:
        raise RecipeError(
            f"[model] {recipe.model.use} cannot learn from mixed examples",
            why=f"{' and '.join(mixers)} would give them shares of two labels, and it takes whole ones",
            hint=f"leave out [[augment]] {' and '.join(mixers)}",
        )
