"""What may stand in the place of an option: numbers in a range, or a few values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Self, Union

from pydantic import Discriminator, Tag, model_validator
from typing_extensions import TypeAliasType

import genrekit
from genrekit.options import Options

Path = tuple[str, ...]
KEYS = frozenset({"low", "high", "step", "log", "choices"})


class Space(Options):
    """A range, ``{ low = 1e-5, high = 1e-2, log = true }``, or choices, ``{ choices = [16, 32] }``."""

    low: int | float | None = genrekit.Field(None, description="the least number")
    high: int | float | None = genrekit.Field(None, description="the greatest number, itself among them")
    step: int | float | None = genrekit.Field(None, gt=0, description="only low, low + step, …; none: all between")
    log: bool = genrekit.Field(False, description="whether as many are tried from 1 to 10 as from 10 to 100")
    choices: list[Any] | None = genrekit.Field(
        None, min_length=1, description="the values that are tried, of any type; whole components too"
    )

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if self.choices is not None:
            if self.log or {self.low, self.high, self.step} != {None}:
                raise ValueError("choices stand alone, without low, high, step and log")
        else:
            self._check_range()
        return self

    def _check_range(self) -> None:
        if self.low is None or self.high is None:
            raise ValueError("give low and high, or choices")
        if self.low >= self.high:
            raise ValueError(f"low must be below high; they are {self.low} and {self.high}")
        if self.log and self.step is not None:
            raise ValueError("log and step exclude each other")
        if self.log and self.low <= 0:
            raise ValueError(f"with log, low must be above 0; it is {self.low}")
        if self.step is not None and self._rest():
            raise ValueError(f"high must be low and a whole number of steps; {self._rest()} is left over")

    def _rest(self) -> Decimal:
        low, high, step = (Decimal(str(value)) for value in (self.low, self.high, self.step))
        return (high - low) % step

    @property
    def count(self) -> int | None:
        """How many values there are, as integers if all are; None: any number."""
        if self.choices is not None:
            return len(self.choices)
        assert self.low is not None
        assert self.high is not None
        if self.step is not None:
            return int((Decimal(str(self.high)) - Decimal(str(self.low))) / Decimal(str(self.step))) + 1
        return None

    @property
    def limits(self) -> list[Any]:
        """The values to check before anything is tried: both ends, or all choices."""
        return [self.low, self.high] if self.choices is None else list(self.choices)


def _tag(value: Any) -> str:
    """Whether a table is a `Space`, or leads to some, as dotted keys do."""
    if isinstance(value, Space):
        return "space"
    named = isinstance(value, Mapping) and any(not isinstance(value[key], Mapping) for key in KEYS & value.keys())
    return "space" if named else "table"


if TYPE_CHECKING:
    Spaces = dict[str, Any]
else:
    Spaces = TypeAliasType(
        "Spaces",
        dict[
            str,
            Annotated[
                Union[Annotated[Space, Tag("space")], Annotated["Spaces", Tag("table")]],  # noqa: UP007
                Discriminator(_tag),
            ],
        ],
    )
"""Option -> its space: ``train.optimizer.lr = { … }``, or ``"train.optimizer.lr" = { … }``."""


def leaves(spaces: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Path, Space]]:
    """(the option's path in the recipe, where the space is written below ``[tune.space]``, the space), in order."""
    for key, found in spaces.items():
        path = (*above, key)
        if isinstance(found, Space):
            yield tuple(part for name in path for part in name.split(".")), path, found
        else:
            yield from leaves(found, path)
