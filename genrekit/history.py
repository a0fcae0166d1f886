"""What each epoch gave, which was best, and how long ago anything improved."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit import atomic
from genrekit.errors import TrainingError, one_line

if TYPE_CHECKING:
    from genrekit.component import Evaluator

EpochLine = dict[str, float]
"""A line of ``history.jsonl``: the epoch, losses, figures, learning rate and seconds."""

LAST = "last"
"""In place of a figure: the best epoch is the last one."""

ANEW = "bring the file back, or remove checkpoints/last.safetensors beside it: the run then begins anew"

UNVALIDATED = frozenset({"epoch", "train_loss", "lr", "train_s", "epoch_s", "best_epoch"})
"""What a line holds of an epoch that was not validated."""

LESS_IS_BETTER = frozenset({"loss", "train_loss", "log_loss", "brier", "expected_calibration_error"})
"""The figures of which a lower one is better, whoever gives them."""


def less_is_better(evaluators: Iterable[Evaluator]) -> frozenset[str]:
    """The figures of which a lower one is better, those that evaluators name included."""
    return LESS_IS_BETTER.union(*(evaluator.less_is_better for evaluator in evaluators))


def goodness(line: EpochLine, figure: str, less: frozenset[str] = LESS_IS_BETTER) -> float:
    """The figure, turned so that more is better; of those in ``less``, less is."""
    if figure not in line:
        raise TrainingError(
            f"no evaluator gives the figure '{figure}'",
            why=f"there are: {', '.join(sorted(line))}",
            hint="one of them for train.keep and train.stop_early.metric",
        )
    value = -line[figure] if figure in less else line[figure]
    return value if math.isfinite(value) else -math.inf


def validated(lines: Iterable[EpochLine]) -> list[EpochLine]:
    """The lines of epochs that were validated."""
    return [line for line in lines if set(line) - UNVALIDATED]


def best(lines: Sequence[EpochLine], figure: str, less: frozenset[str] = LESS_IS_BETTER) -> EpochLine:
    """The line with the best figure; of equals, the one whose validation loss is lower, then the earlier.

    The last line where no epoch has been validated yet, and with `LAST` for a figure.
    """
    judged = validated(lines)
    if figure == LAST or not judged:
        return lines[-1]
    by_loss = {line["epoch"]: goodness({"loss": 0.0} | line, "loss") for line in judged}
    return max(judged, key=lambda line: (goodness(line, figure, less), by_loss[line["epoch"]]))


def epochs_without_better(lines: Sequence[EpochLine], figure: str, less: frozenset[str] = LESS_IS_BETTER) -> int:
    """How many epochs have passed since the figure was better than ever before."""
    judged = validated(lines)
    if not judged:
        return 0
    values = [goodness(line, figure, less) for line in judged]
    return int(judged[-1]["epoch"] - judged[values.index(max(values))]["epoch"])


def save(path: Path, lines: Iterable[EpochLine]) -> None:
    """Write ``history.jsonl``; a figure that is no number becomes null."""
    atomic.write_text(path, "".join(json.dumps(atomic.finite(line)) + "\n" for line in lines))


def load(path: Path, epochs: int) -> list[EpochLine]:
    """The first ``epochs`` lines of ``history.jsonl``. Raises `TrainingError` where they are not all there."""
    try:
        # Before the first epoch has ended there is no file.
        text = path.read_text(encoding="utf-8") if epochs else ""
        lines = [json.loads(line) for line in text.splitlines()[:epochs]]
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot read {path}: {one_line(error)}", hint=ANEW) from None
    if [line.get("epoch") for line in lines] != list(range(1, epochs + 1)):
        raise TrainingError(f"{path} does not hold the {epochs} epochs that the checkpoint tells of", hint=ANEW)
    return [{name: math.nan if value is None else value for name, value in line.items()} for line in lines]
