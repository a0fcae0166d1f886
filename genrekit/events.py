"""What run-event hooks are given."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from genrekit.recipe import Recipe


def unheard(text: str) -> None:
    """Where events are made by hand, nobody listens."""


@dataclass(kw_only=True)
class RunEvent:
    """What all events have.

    ``folder`` is the run folder; ``recipe`` is resolved, and ``recipe.table(MyTable)`` is a plugin's own table of it.
    ``warn`` says something to whoever started the run. Of several processes that train together, only the first tells
    of events.
    """

    folder: Path
    recipe: Recipe
    warn: Callable[[str], None] = field(default=unheard)

    @property
    def history(self) -> list[dict[str, float | None]]:
        """The lines of ``history.jsonl``, one an epoch, so far; a figure that was no number is None."""
        path = self.folder / "history.jsonl"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return [json.loads(line) for line in text.splitlines()]


@dataclass(kw_only=True)
class RunStarted(RunEvent):
    """A run begins, or goes on: then there is a `history` already, whose last epoch may be told of again.

    ``series`` is the folder of the series of runs (folds, seeds) that this is one of.
    """

    series: Path | None = field(default=None)


@dataclass(kw_only=True)
class EpochEnded(RunEvent):
    """``metrics`` holds this epoch's line, which `history` does not have yet; epochs count from 1.

    It has ``train_loss``, ``lr``, ``train_s``, ``epoch_s``, ``best_epoch`` (the one that would be kept if training
    ended now) and, in epochs that were validated, the loss and all figures of the validation part.
    """

    epoch: int
    metrics: Mapping[str, float]
    stop: str | None = field(default=None)


@dataclass(kw_only=True)
class RunEnded(RunEvent):
    """``metrics`` is the content of ``metrics.json``, part by part; empty when the run did not get that far.

    ``error`` says of a failed run why it failed. ``pictures`` are the files that evaluators drew; with the report and
    the bundle they lie in the run folder.
    """

    status: Literal["finished", "interrupted", "failed"]
    metrics: Mapping[str, Any]
    error: str | None = field(default=None)
    pictures: Sequence[Path] = field(default=())
