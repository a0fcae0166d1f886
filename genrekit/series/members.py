"""The runs of a series: one for each fold of a cross-validation, with each of several seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from genrekit.clips import Clips
from genrekit.component import Splitter
from genrekit.errors import DataError
from genrekit.plugins import installed
from genrekit.recipe import Recipe


@dataclass(frozen=True)
class Member:
    """One run of a series. ``fold`` counts from 1; ``held_out`` says what makes it, such as "test = 3"."""

    recipe: Recipe = field(compare=False)
    seed: int
    fold: int | None = None
    held_out: str | None = None
    seeds: bool = False
    """Whether the series has several seeds, so that folders say which."""

    @property
    def folder(self) -> str:
        """The name of its run folder inside the series' folder."""
        fold = [f"fold-{self.fold}"] if self.fold else []
        return "-".join([*fold, *([f"seed-{self.seed}"] if self.seeds else [])])

    @property
    def title(self) -> str:
        """What people read: ``"fold 2 (test = 3), seed 43"``."""
        fold = [f"fold {self.fold} ({self.held_out})" if self.held_out else f"fold {self.fold}"] if self.fold else []
        return ", ".join([*fold, *([f"seed {self.seed}"] if self.seeds else [])])


def members(recipe: Recipe, clips: Clips, folds: bool, seeds: Sequence[int]) -> list[Member]:
    """Seed after seed, all folds of each, so that the first seed's cross-validation is whole as early as can be."""
    splitters = _folds(recipe.split, clips) if folds else [recipe.split]
    told = _differences(splitters) if folds else [None]
    several = len(seeds) > 1
    return [
        Member(_with(recipe, splitter, seed), seed, number if folds else None, held_out, several)
        for seed in seeds
        for number, (splitter, held_out) in enumerate(zip(splitters, told, strict=True), start=1)
    ]


def _with(recipe: Recipe, splitter: Splitter, seed: int) -> Recipe:
    """The recipe of one run. All seeds share the parts that the first one's splitter draws."""
    split_seed = recipe.split_seed
    if seed != recipe.seed and split_seed is None:
        split_seed = recipe.seed
    return recipe.model_copy(update={"split": splitter, "seed": seed, "split_seed": split_seed})


def _folds(splitter: Splitter, clips: Clips) -> list[Splitter]:
    folds = splitter.each_fold(clips)
    if len(folds) > 1:
        return folds
    entries = installed().registry.entries("splitter")
    able = [entry.component.name() for entry in entries if _has_folds(entry.component)]
    raise DataError(
        f"[split] {splitter.use} has {'one fold only' if folds else 'no folds'} to go through",
        why=f"splitters with folds are {', '.join(able)}" if able else "no installed splitter has any",
        hint=f"--set 'split={{use = \"{able[0]}\"}}', or --seeds 5 to repeat the split that there is" if able else None,
    )


def _has_folds(component: type[Any]) -> bool:
    return component.each_fold is not Splitter.each_fold


def _differences(splitters: Sequence[Splitter]) -> list[str]:
    """What tells each splitter from the others, as options of its table."""
    tables = [splitter.model_dump(mode="json") for splitter in splitters]
    names = [name for name in tables[0] if len({repr(table.get(name)) for table in tables}) > 1]
    return [", ".join(f"{name} = {_text(table[name])}" for name in names) for table in tables]


def _text(value: object) -> str:
    return " + ".join(map(str, value)) if isinstance(value, list) else str(value)


def chosen_seeds(recipe: Recipe, count: int | None) -> list[int]:
    """The recipe's seed and the ``count`` - 1 numbers after it."""
    return list(_seeds(recipe.seed, count or 1))


def _seeds(first: int, count: int) -> Iterator[int]:
    # Seeds end below 2^63.
    return ((first + more) % 2**63 for more in range(count))
