"""What training cannot go on with, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from genrekit.errors import TrainingError
from genrekit.recipe.model import Train

SHOWN = 4
"""So many clips of a batch are named."""


def refuse_idle_processes(examples: int, train: Train, processes: int) -> None:
    """`TrainingError` where some piece of a batch has fewer examples than there are processes."""
    size, steps = train.batch_size, math.ceil(examples / train.batch_size)
    last = examples - (steps - 1) * size
    smallest = min(size, last)
    least = smallest // math.ceil(smallest / (train.micro_batch_size or size))
    if least < processes:
        raise TrainingError(
            f"{processes} processes cannot share a batch of {least}",
            why=f"the last of {steps} batches of {size} training examples holds {last}",
            hint="another train.batch_size, or fewer processes",
        )


def lost(loss: float, where: str, paths: Sequence[str]) -> TrainingError:
    """The error of a loss that is no finite number."""
    return TrainingError(
        f"the loss is {loss} in {where}",
        why=f"with clips {', '.join(paths[:SHOWN])}{' …' if len(paths) > SHOWN else ''}",
        hint="a lower learning rate (--set train.optimizer.lr=1e-4), or --set train.precision=float32",
    )
