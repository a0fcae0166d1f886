"""What goes wrong on a cluster, in genrekit's terms."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor

from genrekit import GenrekitError

OURS = ("genrekit", "genrekit_dask")


def lost(address: str, why: str) -> GenrekitError:
    """The cluster is gone; what was done is done."""
    hint = "the same command goes on where it was, once there are workers again"
    return GenrekitError(f"the Dask cluster at {address} was lost", why=why, hint=hint)


def told(error: BaseException) -> BaseException:
    """``error`` of a job; of one that takes its workers with it, and of a worker without genrekit, in plain words."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return BrokenExecutor(f"workers died of it again and again, the last at {error.last_worker.address}")
    if isinstance(error, ModuleNotFoundError) and error.name in OURS:
        return GenrekitError(
            f"a Dask worker that came later lacks {error.name.replace('_', '-')}",
            why=str(error),
            hint="install the same distributions on all workers: pip install genrekit-dask",
        )
    return error
