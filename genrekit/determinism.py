"""What a machine may leave to chance, and how to forbid it.

On a CPU nothing is: the same recipe, number of threads, libraries and processor give the same bits. On a GPU some
kernels add up in whatever order their threads come in, and those of cuBLAS may share a workspace.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator

from genrekit.errors import TrainingError

WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"
_REFUSED = re.compile(r"^(\S+) does not have a deterministic implementation")


def prepare(deterministic: bool) -> None:
    """What has to be said before the GPU is used first."""
    if deterministic:
        os.environ.setdefault(WORKSPACE, ":4096:8")


@contextlib.contextmanager
def enforced(deterministic: bool) -> Iterator[None]:
    """In the block torch refuses, if ``deterministic``, what does not give the same bits every time.

    Raises `TrainingError` that names what that is.
    """
    if not deterministic:
        yield
        return
    import torch

    before = torch.get_deterministic_debug_mode(), torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
    try:
        yield
    except RuntimeError as error:
        named = _named(error)
        if named is None:
            raise
        raise named from error
    finally:
        torch.set_deterministic_debug_mode(before[0])
        _, torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = before


def _named(error: RuntimeError) -> TrainingError | None:
    """The error in words about the recipe, where it is torch's refusal."""
    refused = _REFUSED.match(str(error))
    if refused:
        return TrainingError(
            f"train.deterministic forbids {refused[1]}",
            why="on this device it may round otherwise every time",
            hint="another model or option, train.device=cpu, or train.deterministic=false",
        )
    if WORKSPACE in str(error):
        return TrainingError(
            "train.deterministic came too late: this process has used the GPU before",
            hint=f"export {WORKSPACE}=:4096:8 before it starts",
        )
    return None
