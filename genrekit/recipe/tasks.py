"""Whether a recipe's parts are of one task: one label a clip, or several. The loss decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from genrekit.component import Evaluator, Task
from genrekit.errors import Problem
from genrekit.plugins import Plugins
from genrekit.recipe.source import Source

if TYPE_CHECKING:
    from genrekit.recipe.model import Recipe

_IN_WORDS = {"single-label": "clips with one label", "multi-label": "clips with several labels"}


def task_problems(recipe: Recipe, plugins: Plugins, source: Source) -> Iterator[Problem]:
    """A problem for each thing that the recipe's loss leaves without a meaning."""
    task: Task = "multi-label" if recipe.train.loss.multi_label else "single-label"
    for number, evaluator in enumerate(recipe.evaluate):
        if task not in evaluator.tasks:
            spot = source.locate(("evaluate", number, "use"))
            what = f"[[evaluate]] '{evaluator.use}' is not for {_IN_WORDS[task]}, which the loss is for"
            yield Problem(
                what, spot.where, spot.text, f"train.loss is {recipe.train.loss.use}", _instead(task, plugins)
            )
    for option in _idle_options(recipe, task):
        spot = source.locate(("answers", option))
        why = f"train.loss is {recipe.train.loss.use}, for {_IN_WORDS[task]}"
        yield Problem(f"[answers] {option} has no meaning here", spot.where, spot.text, why, "leave it out")


def _instead(task: Task, plugins: Plugins) -> str | None:
    names = [
        entry.component.name()
        for entry in plugins.registry.entries("evaluator")
        if issubclass(entry.component, Evaluator) and task in entry.component.tasks
    ]
    return " or ".join(f'use = "{name}"' for name in names) or None


def _idle_options(recipe: Recipe, task: Task) -> list[str]:
    """The options of [answers] that were set, but are for the other task."""
    answers = recipe.answers
    if task == "single-label":
        return ["thresholds"] if answers.thresholds != "fitted" else []
    set_here = {"abstain_below": answers.abstain_below, "abstain_accuracy": answers.abstain_accuracy}
    return [name for name, value in set_here.items() if value is not None]
