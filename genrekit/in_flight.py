"""Jobs on an executor: never more than so many at once, results in the order of the jobs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from genrekit.component import Executor

J = TypeVar("J")
R = TypeVar("R")

JOBS_FOR_EACH_WORKER = 4
"""Enough that none waits for the next job, and few enough that their results need no room to speak of."""


def in_order(
    executor: Executor, function: Callable[[J], R], jobs: Iterable[J], lost: Callable[[J, BrokenExecutor], R]
) -> Iterator[R]:
    """What ``function`` gives for each of ``jobs``, in their order; ``jobs`` are taken only as they are sent.

    Of a job that took its worker with it, ``lost`` says what came. Any other exception of a job is raised here, and
    with it, or where the caller stops early, jobs that have not begun are dropped.
    """
    pending: deque[tuple[J, Future[R]]] = deque()
    with executor.open() as pool:
        most = JOBS_FOR_EACH_WORKER * executor.capacity()
        try:
            for job in jobs:
                pending.append((job, pool.submit(function, job)))
                if len(pending) == most:
                    yield _result(*pending.popleft(), lost)
            while pending:
                yield _result(*pending.popleft(), lost)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _result(job: J, future: Future[R], lost: Callable[[J, BrokenExecutor], R]) -> R:
    try:
        return future.result()
    except BrokenExecutor as error:
        return lost(job, error)
