"""Whether spaces fit the recipe: each leads to an option, and each limit is a value that the option can have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import genrekit
from genrekit_tune.space import Path, Space, leaves
from genrekit_tune.substitution import problem_with, resolved, settled

if TYPE_CHECKING:
    from genrekit.recipe import Recipe
    from genrekit_tune.table import Tune

COMPARED = frozenset({"name", "requires", "seed", "split_seed", "dataset", "split", "evaluate", "tune"})
"""What must be the same in all trials, or their figures could not be compared."""


def misfits(tune: Tune, recipe: Recipe) -> Iterator[genrekit.Misfit]:
    """What is wrong with the search."""
    spaces = list(leaves(tune.space))
    if not spaces:
        hint = "[tune.space] train.optimizer.lr = { low = 1e-4, high = 1e-2, log = true }"
        yield genrekit.Misfit(("space",), "there is nothing to search", hint=hint)
    for path, written, space in spaces:
        what = _misfit(path, space, [other for other, _, _ in spaces], recipe)
        if what:
            yield genrekit.Misfit(("space", *written), f"{'.'.join(path)}: {what}")
    yield from _of_the_search(tune, recipe, [space for _, _, space in spaces])


def _misfit(path: Path, space: Space, others: list[Path], recipe: Recipe) -> str | None:
    if path[0] in COMPARED or _is_table(path[0], recipe):
        return "all trials must have the same, or their figures could not be compared"
    if others.count(path) > 1:
        return "there are two spaces for it"
    above = [other for other in others if other != path and path[: len(other)] == other]
    if above:
        return f"it lies within {'.'.join(above[0])}, which has a space itself"
    problems = (problem_with(recipe, {path: value}) for value in settled(recipe, path, space).limits)
    return next((problem for problem in problems if problem), None)


def _is_table(name: str, recipe: Recipe) -> bool:
    return isinstance(getattr(recipe, name, None), genrekit.RecipeTable)


def _of_the_search(tune: Tune, recipe: Recipe, spaces: list[Space]) -> Iterator[genrekit.Misfit]:
    if tune.sampler == "grid" and any(space.count is None for space in spaces):
        why = "a range without step, of any number of values"
        yield genrekit.Misfit(("sampler",), "a grid takes choices, and ranges with a step", why, 'sampler = "tpe"')
    if tune.metric is None and resolved(recipe)["train"]["keep"] == "last":
        hint = 'metric = "macro_f1"'
        yield genrekit.Misfit((), "say which figure to search for, since train.keep names none", hint=hint)
    if tune.metric is not None and "/" in tune.metric:
        yield genrekit.Misfit(("metric",), "it is always of the validation part: give its name alone")
