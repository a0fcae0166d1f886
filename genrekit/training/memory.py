"""Out of memory: which errors say so, and how many examples would have fitted."""

from __future__ import annotations

import gc
from collections.abc import Callable

from genrekit.errors import TrainingError

SAID = ("out of memory", "not enough memory", "can't allocate memory")
"""What torch's allocators for CPUs and Apple's GPUs say, in a plain `RuntimeError`."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether there was too little memory, on any device."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in SAID)


def largest_that_fits(attempt: Callable[[int], None], size: int) -> int | None:
    """The first of ``size`` / 2, / 4 … 1 examples with which ``attempt`` has memory enough; None if there is none."""
    while size > 1:
        size //= 2
        release()
        try:
            attempt(size)
        except Exception as error:
            if not is_out_of_memory(error):
                # Too small for something else, such as batch normalisation.
                return None
        else:
            return size
    return None


def release() -> None:
    """Give back what failed attempts hold."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def out_of_memory(
    at_once: int, batch_size: int, fits: int | None, why: str, doing: str = "training on"
) -> TrainingError:
    """The error of a batch, or piece of one, that was too large; ``fits`` is None where nobody knows a size."""
    size = fits or max(1, at_once // 2)
    found = f"{size} at once fit" if fits else f"{size} at once may fit"
    if at_once == 1:
        hint = "a smaller model, or shorter windows: one example alone is too large"
    else:
        hint = (
            f"--set train.micro_batch_size={size}: {found}, and gradients add up to those of the batch of {batch_size} "
            "(batch normalisation sees the smaller ones); an option of the run folder's recipe.toml that --resume heeds"
        )
    return TrainingError(f"out of memory while {doing} {at_once} examples at once", why=why, hint=hint)
