"""The ``threads`` executor: soundfile and soxr let go of Python's lock, so threads decode side by side."""

from __future__ import annotations

import concurrent.futures
from typing import Any, ClassVar, Literal

import genrekit
from genrekit.cpus import usable_cpus
from genrekit_builtins.torch_held import HELD


class Threads(genrekit.Executor):
    """Threads of this process, with torch's own threads held down to one meanwhile."""

    default: ClassVar[bool] = True

    use: Literal["threads"] = "threads"
    workers: int | None = genrekit.Field(None, ge=1, le=1024, description="jobs at once; none: one for each usable CPU")

    def open(self) -> concurrent.futures.Executor:
        return ThreadsPool(self.capacity())

    def capacity(self) -> int:
        return self.workers or usable_cpus()


class ThreadsPool(concurrent.futures.ThreadPoolExecutor):
    """A `ThreadPoolExecutor` that holds torch down from its start to its (first) shutdown."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers, thread_name_prefix="genrekit")
        HELD.take()
        self._holds = True

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        try:
            super().shutdown(wait, cancel_futures=cancel_futures)
        finally:
            if self._holds:
                self._holds = False
                HELD.give_back()


@genrekit.hookimpl
def register_executors(register: Any) -> None:
    register(Threads)
