"""What each epoch gave, which was best, and how long ago anything improved."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path

from genrekit import atomic
from genrekit.errors import TrainingError

EpochLine = dict[str, float]
"""A line of ``history.jsonl``: the epoch, losses, figures, learning rate and seconds."""

LESS_IS_BETTER = frozenset({"loss", "train_loss"})


def goodness(line: EpochLine, figure: str) -> float:
    """The figure, turned so that more is better."""
    if figure not in line:
        raise TrainingError(
            f"no evaluator gives the figure '{figure}'",
            why=f"there are: {', '.join(sorted(line))}",
            hint="one of them for train.keep and train.stop_early.metric",
        )
    value = -line[figure] if figure in LESS_IS_BETTER else line[figure]
    return value if math.isfinite(value) else -math.inf


def best(lines: Iterable[EpochLine], figure: str) -> EpochLine:
    """The line with the best figure; of equals, the one whose validation loss is lower, then the earlier."""
    return max(lines, key=lambda line: (goodness(line, figure), goodness({"loss": 0.0} | line, "loss")))


def epochs_without_better(lines: list[EpochLine], figure: str) -> int:
    """How many epochs have passed since the figure was better than ever before."""
    values = [goodness(line, figure) for line in lines]
    return len(values) - 1 - values.index(max(values))


def save(path: Path, lines: Iterable[EpochLine]) -> None:
    """Write ``history.jsonl``; a figure that is no number becomes null."""
    atomic.write_text(path, "".join(json.dumps(atomic.finite(line)) + "\n" for line in lines))


def load(path: Path, epochs: int) -> list[EpochLine]:
    """The first ``epochs`` lines of ``history.jsonl``."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[:epochs]]
    return [{name: math.nan if value is None else value for name, value in line.items()} for line in lines]
