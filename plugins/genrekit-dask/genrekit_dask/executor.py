"""The component: which cluster, and how long to be patient with it. Dask is imported when it is opened."""

from __future__ import annotations

import concurrent.futures
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

import genrekit


class Dask(genrekit.Executor):
    """Workers of a Dask cluster: the one at ``address``, or one on this machine that lives as long as it is needed.

    A job whose worker is lost is done again by another, until as many workers died of it as the scheduler allows; then
    it fails with a `concurrent.futures.BrokenExecutor`. Workers must find recordings, store and model under the same
    paths as this process. A script that calls ``genrekit.run`` with a local cluster needs Python's usual
    ``if __name__ == "__main__":``.
    """

    use: Literal["dask"] = "dask"
    address: str | None = genrekit.Field(
        None, min_length=1, description="the scheduler's, such as tcp://10.0.0.1:8786; none: a cluster on this machine"
    )
    workers: int | None = genrekit.Field(
        None, ge=1, le=1024, description="processes of the local cluster; none: one for each usable CPU"
    )
    timeout_s: float = genrekit.Field(
        60.0,
        gt=0,
        le=86400,
        description="seconds without an answer of the scheduler, or without any worker, after which it is given up",
    )

    @model_validator(mode="after")
    def _one_cluster(self) -> Self:
        if self.address is not None and self.workers is not None:
            raise ValueError("workers is for the cluster on this machine; the one at address has its own")
        return self

    @classmethod
    def example(cls, folder: Path) -> Self:
        return cls(workers=1)

    def open(self) -> concurrent.futures.Executor:
        from genrekit_dask.pool import DaskPool

        return DaskPool.of(self.address, self._local_workers(), self.timeout_s)

    def capacity(self) -> int:
        """Threads of all workers that are there now."""
        if self.address is None:
            return self._local_workers()
        from genrekit_dask.cluster import connected

        with connected(self.address, self.timeout_s) as client:
            threads: dict[str, int] = client.nthreads()
            return max(1, sum(threads.values()))

    def _local_workers(self) -> int:
        from genrekit.cpus import usable_cpus

        return self.workers or usable_cpus()
