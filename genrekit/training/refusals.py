"""What training cannot go on with, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence, Set

from genrekit.errors import DataError, TrainingError, did_you_mean
from genrekit.examples import Examples
from genrekit.history import LAST
from genrekit.recipe.sections import Train
from genrekit.training.bounds import batch_bounds

SHOWN = 4
"""So many clips of a batch are named."""

EXPLODED = 100.0
"""A mean loss so many times the first batch's (or 1, if that is more) does not come down again."""

LOOKED_AT = 32
"""So many training examples are compared."""


def refuse_idle_processes(examples: int, train: Train, processes: int) -> None:
    """`TrainingError` where some piece of a batch has fewer examples than there are processes."""
    sizes = [end - start for start, end in batch_bounds(examples, train.batch_size)]
    most = min(train.micro_batch_size or train.batch_size, train.batch_size)
    least = min(size // -(-size // most) for size in sizes)
    if least < processes:
        raise TrainingError(
            f"{processes} processes cannot share a batch of {least}",
            why=f"the last of {len(sizes)} batches of {train.batch_size} training examples holds {sizes[-1]}",
            hint="another train.batch_size, or fewer processes",
        )


def refuse_equal_examples(examples: Examples) -> None:
    """`DataError` where all training examples look the same: whatever is learned, it is not from them."""
    import numpy as np

    indices = np.unique(np.linspace(0, len(examples) - 1, LOOKED_AT).astype(np.int64))
    first, *others = (examples.load(indices[place : place + 1])[0] for place in range(len(indices)))
    if others and all(other.shape == first.shape and bool((other == first).all()) for other in others):
        raise DataError(
            f"all training examples look the same ({len(indices)} of {len(examples)} were compared)",
            why="the recordings are copies of one, or silent, or the features leave nothing of them",
            hint="listen to a few; see data.json in the run folder; try other features",
        )


def refuse_unknown_figures(train: Train, known: Set[str]) -> None:
    """`TrainingError` where the recipe goes by a figure that no epoch will have."""
    wanted: dict[str, str | None] = {
        # Without validation there is no choice: the last epoch is kept, whatever the recipe says.
        "train.keep": train.keep if train.keep != LAST and known > {"train_loss"} else None,
        "train.stop_early.metric": train.stop_early.metric if train.stop_early else None,
        "the figure of train.scheduler": train.scheduler.goes_by() if train.scheduler else None,
    }
    for option, figure in wanted.items():
        if figure is not None and figure not in known:
            raise TrainingError(
                f"no evaluator gives the figure '{figure}'{did_you_mean(figure, sorted(known))}",
                why=f"there are: {', '.join(sorted(known))}",
                hint=f"one of them for {option}",
            )


def lost(loss: float, where: str, paths: Sequence[str], kept: int = 0) -> TrainingError:
    """The error of a loss that is no finite number. ``kept`` says how many epochs were complete before."""
    return TrainingError(
        f"the loss is {loss} in {where}",
        why=f"with clips {', '.join(paths[:SHOWN])}{' …' if len(paths) > SHOWN else ''}",
        hint=_slower("train.precision=float32", kept),
    )


def refuse_explosion(loss: float, first: float, epoch: int) -> None:
    """`TrainingError` where an epoch's mean loss is beyond all measure, though still a number."""
    if loss > EXPLODED * max(first, 1.0):
        raise TrainingError(
            f"training diverges: the mean loss is {loss:.4g} in epoch {epoch}, and was {first:.4g} at first",
            why="each step goes farther than the one before",
            hint=_slower("train.clip_gradients=1", epoch - 1),
        )


def _slower(or_else: str, kept: int) -> str:
    hint = f"a lower learning rate (--set train.optimizer.lr=1e-4), or --set {or_else}"
    end = f"; to end with what there is, write epochs = {kept} into the run folder's recipe.toml and --resume"
    return hint + (end if kept else "")


def told_otherwise(error: Exception, examples: int) -> TrainingError | None:
    """An error of torch's in words about the recipe, where it is one that they can mend."""
    if isinstance(error, ValueError) and "more than 1 value per channel" in str(error):
        return TrainingError(
            f"batch normalisation cannot train on {examples} example{'s' if examples > 1 else ''} at once",
            why="it takes the deviation over them",
            hint="a train.batch_size and a train.micro_batch_size that leave two at least in every piece of a batch",
        )
    return None
