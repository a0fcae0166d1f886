"""From a recipe to clips with parts."""

from __future__ import annotations

from genrekit.clips import Clips
from genrekit.component import Component, Loss
from genrekit.errors import DataError
from genrekit.plugins import installed
from genrekit.recipe import Recipe


def read_clips(recipe: Recipe) -> Clips:
    """The recipe's clips, as the data set gives them."""
    clips = recipe.dataset.clips()
    if not len(clips):
        raise DataError(f"[dataset] {recipe.dataset.use} found no clips")
    _check_labels(recipe, clips)
    if len(clips.labels()) < 2:
        raise DataError(f"all {len(clips)} clips have the label '{clips.labels()[0]}': there is nothing to tell apart")
    return clips


def _check_labels(recipe: Recipe, clips: Clips) -> None:
    """Refuse clips of several labels where the loss wants one."""
    loss = recipe.train.loss
    if loss.multi_label:
        return
    several = [row for row, labels in enumerate(clips.column("labels")) if len(labels) > 1]
    if several:
        path, labels = (clips.column(name)[several[0]] for name in ("path", "labels"))
        raise DataError(
            f"[train] loss '{loss.use}' wants one label a clip, and {len(several)} of {len(clips)} clips have several",
            why=f"{path} has {', '.join(labels)}",
            hint=" or ".join(f'[train] loss = {{ use = "{name}" }}' for name in _multi_label_losses()) or None,
        )
    clips.single_labels()


def _multi_label_losses() -> list[str]:
    return [entry.component.name() for entry in installed().registry.entries("loss") if _takes_several(entry.component)]


def _takes_several(component: type[Component]) -> bool:
    return issubclass(component, Loss) and component.multi_label


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
    _check_what_validation_is_for(recipe, counts)
    return split


def _check_what_validation_is_for(recipe: Recipe, counts: dict[str, int]) -> None:
    """Refuse what cannot do without validation clips where there are none."""
    if counts["validation"]:
        return
    if recipe.train.stop_early:
        raise DataError(
            "[train] stop_early goes by validation figures, and there are no validation clips",
            hint="leave stop_early out",
        )
    if not counts["test"]:
        raise DataError(f"[split] {recipe.split.use} left no clips to validate or test: nothing would be known")
