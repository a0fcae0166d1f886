"""A pool of worker processes, each behind a thread of this one."""

from __future__ import annotations

import concurrent.futures
import os
import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from typing import Any, ParamSpec, TypeVar

from genrekit import plugins
from genrekit.worker import Worker, WorkerDiedError

P = ParamSpec("P")
T = TypeVar("T")


class ProcessesPool(concurrent.futures.ThreadPoolExecutor):
    """A thread for each worker process."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers, thread_name_prefix="genrekit")
        self._local_plugins = [plugin.distribution for plugin in plugins.installed().found if plugin.version == "local"]
        self._own = threading.local()
        self._workers: list[Worker] = []

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> concurrent.futures.Future[T]:
        return super().submit(self._remotely, fn, args, kwargs)

    def _remotely(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        try:
            return self._worker().call(fn, *args, **kwargs)
        except WorkerDiedError as died:
            raise BrokenProcessPool(f"{died}; only the job it had is lost") from None

    def _worker(self) -> Worker:
        if not hasattr(self._own, "worker"):
            self._own.worker = Worker(start_worker, (self._local_plugins,))
            self._workers.append(self._own.worker)
        worker: Worker = self._own.worker
        return worker

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait, cancel_futures=cancel_futures)
        # Without waiting, jobs may still be running; then the processes go with this one.
        for worker in self._workers if wait else ():
            worker.stop()


def start_worker(local_plugins: list[str]) -> None:
    """What a worker process does first."""
    os.environ["OMP_NUM_THREADS"] = "1"
    if local_plugins:
        # Components of local files can only be unpickled where those files are loaded.
        os.environ.pop("GENREKIT_PLUGINS", None)
        plugins.configure(local=local_plugins)
        plugins.installed()
