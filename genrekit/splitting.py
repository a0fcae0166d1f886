"""From a recipe to clips with parts."""

from __future__ import annotations

from genrekit.clips import Clips
from genrekit.errors import DataError
from genrekit.recipe import Recipe


def read_clips(recipe: Recipe) -> Clips:
    """The recipe's clips, as the data set gives them."""
    clips = recipe.dataset.clips()
    if not len(clips):
        raise DataError(f"[dataset] {recipe.dataset.use} found no clips")
    if not recipe.train.loss.multi_label:
        clips.single_labels()
    if len(clips.labels()) < 2:
        raise DataError(f"all {len(clips)} clips have the label '{clips.labels()[0]}': there is nothing to tell apart")
    return clips


def split_clips(recipe: Recipe, clips: Clips) -> Clips:
    """``clips`` with the parts that the recipe's splitter gives them."""
    split = recipe.split.split(clips, recipe.seed if recipe.split_seed is None else recipe.split_seed)
    counts = split.counts()
    if not counts["train"] or not (counts["validation"] or recipe.train.keep == "last"):
        raise DataError(
            f"[split] {recipe.split.use} left {counts['train']} clips to train and {counts['validation']} to validate",
            why=f"the best epoch, by train.keep = '{recipe.train.keep}', is chosen on the validation clips",
            hint=None
            if counts["validation"]
            else "--set train.keep=last chooses nothing and needs no validation clips",
        )
    return split
