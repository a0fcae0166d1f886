"""The ``processes`` executor: a decoder that crashes takes its worker with it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import genrekit
from genrekit.cpus import usable_cpus

if TYPE_CHECKING:
    import concurrent.futures


class Processes(genrekit.Executor):
    """Processes of their own, slower to start than threads but out of each other's way.

    A worker that dies (a decoder's crash, the kernel out of memory) fails the job it had with `BrokenProcessPool`, a
    `concurrent.futures.BrokenExecutor`; another takes its place. A script that calls ``genrekit.run`` with this
    executor needs Python's usual ``if __name__ == "__main__":``.
    """

    use: Literal["processes"] = "processes"
    workers: int | None = genrekit.Field(None, ge=1, le=1024, description="jobs at once; none: one for each usable CPU")

    def open(self) -> concurrent.futures.Executor:
        from genrekit_builtins.process_pool import ProcessesPool

        return ProcessesPool(self.capacity())

    def capacity(self) -> int:
        return self.workers or usable_cpus()


@genrekit.hookimpl
def register_executors(register: Any) -> None:
    register(Processes)
