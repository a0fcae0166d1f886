"""Spaces as Optuna has them, and back."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from genrekit_tune.space import Path, Space, leaves
from genrekit_tune.substitution import settled, value_at

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution

    from genrekit.recipe import Recipe
    from genrekit_tune.table import Tune


@dataclass(frozen=True)
class Search:
    """Option -> its space, in the option's own type."""

    spaces: Mapping[Path, Space]

    @classmethod
    def of(cls, tune: Tune, recipe: Recipe) -> Search:
        """What a recipe says is searched."""
        return cls({path: settled(recipe, path, space) for path, _, space in leaves(tune.space)})

    def distributions(self) -> dict[str, BaseDistribution]:
        """Option, dotted -> its distribution."""
        return {".".join(path): _distribution(space) for path, space in self.spaces.items()}

    def values(self, params: Mapping[str, Any]) -> dict[Path, Any]:
        """What Optuna suggested, as the recipe has it."""
        return {path: _decoded(space, params[".".join(path)]) for path, space in self.spaces.items()}

    def of_recipe(self, recipe: Recipe) -> dict[str, Any]:
        """The recipe's own options, those that lie in their spaces."""
        found = {".".join(path): (space, value_at(recipe, path)) for path, space in self.spaces.items()}
        return {name: _encoded(space, value) for name, (space, value) in found.items() if _holds(space, value)}

    def grid(self) -> list[dict[str, Any]]:
        """Every combination; all spaces are finite."""
        each = [list(_members(space)) for space in self.spaces.values()]
        names = [".".join(path) for path in self.spaces]
        return [dict(zip(names, values, strict=True)) for values in itertools.product(*each)]


def _distribution(space: Space) -> BaseDistribution:
    from optuna import distributions

    if space.choices is not None:
        return distributions.CategoricalDistribution([_encoded(space, choice) for choice in space.choices])
    low: Any = space.low
    high: Any = space.high
    step: Any = space.step
    if all(isinstance(value, int) for value in (low, high, step) if value is not None):
        return distributions.IntDistribution(low, high, log=space.log, step=step or 1)
    return distributions.FloatDistribution(low, high, log=space.log, step=step)


def suggest(trial: optuna.Trial, search: Search) -> dict[str, Any]:
    """The trial's parameters; those that it does not have yet are chosen by the study's sampler."""
    from optuna import distributions

    for name, found in search.distributions().items():
        if isinstance(found, distributions.IntDistribution):
            trial.suggest_int(name, found.low, found.high, step=found.step, log=found.log)
        elif isinstance(found, distributions.FloatDistribution):
            trial.suggest_float(name, found.low, found.high, step=found.step, log=found.log)
        elif isinstance(found, distributions.CategoricalDistribution):
            trial.suggest_categorical(name, found.choices)
    return dict(trial.params)


def _encoded(space: Space, value: Any) -> Any:
    """Optuna keeps plain choices; others go as JSON."""
    plain = space.choices is None or isinstance(value, bool | int | float | str)
    return value if plain else json.dumps(value, sort_keys=True)


def _decoded(space: Space, value: Any) -> Any:
    if space.choices is None:
        return value
    return next(choice for choice in space.choices if repr(_encoded(space, choice)) == repr(value))


def _holds(space: Space, value: Any) -> bool:
    if space.choices is not None:
        return any(repr(choice) == repr(value) for choice in space.choices)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    assert space.low is not None
    assert space.high is not None
    on_a_step = space.step is None or (Decimal(str(value)) - Decimal(str(space.low))) % Decimal(str(space.step)) == 0
    return space.low <= value <= space.high and on_a_step


def _members(space: Space) -> Iterator[Any]:
    if space.choices is not None:
        yield from (_encoded(space, choice) for choice in space.choices)
        return
    low, step = Decimal(str(space.low)), Decimal(str(space.step))
    kind = int if isinstance(space.low, int) and isinstance(space.step, int) else float
    yield from (kind(low + number * step) for number in range(space.count or 0))
