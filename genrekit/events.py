"""What run-event hooks are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from genrekit.recipe import Recipe


@dataclass(frozen=True)
class RunStarted:
    """``folder`` is the run folder; ``recipe`` is resolved."""

    recipe: Recipe
    folder: Path


@dataclass
class EpochEnded:
    """``metrics`` holds this epoch's line of ``history.jsonl``; epochs count from 1."""

    folder: Path
    epoch: int
    metrics: Mapping[str, float]
    stop: str | None = field(default=None)


@dataclass(frozen=True)
class RunEnded:
    """``metrics`` is the content of ``metrics.json``; empty when the run did not get that far."""

    folder: Path
    status: Literal["finished", "interrupted", "failed"]
    metrics: Mapping[str, Any]
