"""A `concurrent.futures.Executor` on a Dask client, whose failures are those that genrekit knows."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import logging
import pickle
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from genrekit import plugins
from genrekit_dask.cluster import Client, check, connected, local_cluster
from genrekit_dask.failures import lost, told
from genrekit_dask.future import DaskFuture
from genrekit_dask.patience import Patience
from genrekit_dask.work import perform

LOG = logging.getLogger("genrekit_dask")

P = ParamSpec("P")
T = TypeVar("T")


class DaskPool(concurrent.futures.Executor):
    """Owns ``client`` and whatever ``closing`` closes. After ``patience_s`` without any worker its jobs fail."""

    def __init__(self, client: Client, patience_s: float, closing: contextlib.ExitStack) -> None:
        self._client, self._closing = client, closing
        self._address: str = client.scheduler.address
        local = [plugin.distribution for plugin in plugins.installed().found if plugin.version == "local"]
        self._local_plugins = tuple(str(Path(file).absolute()) for file in local)
        self._jobs: dict[DaskFuture[Any], Any] = {}
        self._lock, self._alone = threading.Lock(), asyncio.Lock()
        self._finishing: threading.Thread | None = None
        self._patience = Patience(patience_s, self._has_workers, self._give_up)

    @classmethod
    def of(cls, address: str | None, workers: int, timeout_s: float) -> DaskPool:
        """On the cluster at ``address``, or on a new one of so many ``workers`` on this machine."""
        with contextlib.ExitStack() as closing:
            if address is None:
                address = closing.enter_context(local_cluster(workers)).scheduler_address
            client = closing.enter_context(connected(address, timeout_s))
            check(client, timeout_s)
            return cls(client, timeout_s, closing.pop_all())

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> concurrent.futures.Future[T]:
        name, payload = getattr(fn, "__name__", "job"), pickle.dumps((fn, args, kwargs))
        future = DaskFuture[T](self._withdraw)
        with self._lock:
            if self._finishing:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._jobs[future] = self._sent(name, payload)
        self._client.loop.add_callback(self._follow, future, name, payload)
        return future

    def _sent(self, name: str, payload: bytes) -> Any:
        key = f"genrekit-{name}-{uuid.uuid4().hex}"
        return self._client.submit(perform, payload, self._local_plugins, key=key, pure=False)

    async def _follow(self, future: DaskFuture[Any], name: str, payload: bytes) -> None:
        """Wait for a job in the client's event loop, and hand on what came of it."""
        try:
            result = await self._result(future, name, payload)
        except (asyncio.CancelledError, concurrent.futures.CancelledError):
            gone = lost(self._address, "its scheduler went away")
            self._conclude(future, functools.partial(future.set_exception, gone))
        except Exception as error:
            self._conclude(future, functools.partial(future.set_exception, told(error)))
        else:
            self._conclude(future, functools.partial(future.set_result, result))

    async def _result(self, future: DaskFuture[Any], name: str, payload: bytes) -> Any:
        from distributed import KilledWorker

        try:
            return await self._client.gather(self._jobs[future], asynchronous=True)
        except KilledWorker:
            # Dask condemns whatever a dying worker held, the innocent too: each suspect has another trial, alone.
            async with self._alone:
                with self._lock:
                    if future not in self._jobs:
                        raise
                    again = self._jobs[future] = self._sent(name, payload)
                return await self._client.gather(again, asynchronous=True)

    def _conclude(self, future: DaskFuture[Any], outcome: Callable[[], None]) -> None:
        """Let ``outcome`` happen to a future to which nothing has happened yet."""
        with self._lock:
            pending = self._jobs.pop(future, None) is not None
        if pending and future.set_running_or_notify_cancel():
            outcome()

    def _withdraw(self, future: DaskFuture[Any]) -> None:
        """``future`` has been cancelled."""
        with self._lock:
            job = self._jobs.pop(future, None)
        if job is not None:
            future.set_running_or_notify_cancel()
            self._client.loop.add_callback(self._client.cancel, [job], asynchronous=True)

    def _has_workers(self) -> bool:
        return not self._jobs or bool(self._client.nthreads())

    def _give_up(self, waited_s: float) -> None:
        for future, job in list(self._jobs.items()):
            error = lost(self._address, f"it has had no worker for {waited_s:g} s")
            self._conclude(future, functools.partial(future.set_exception, error))
            self._client.loop.add_callback(self._client.cancel, [job], asynchronous=True)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._lock:
            first = self._finishing is None
            self._finishing = self._finishing or threading.Thread(target=self._finish, name="genrekit-dask")
            pending = list(self._jobs)
        for future in pending if cancel_futures else ():
            future.cancel()
        if first:
            self._finishing.start()
        if wait:
            self._finishing.join()

    def _finish(self) -> None:
        concurrent.futures.wait(list(self._jobs))
        self._patience.end()
        try:
            self._closing.close()
        except Exception:
            # Dask asserts on the way out that none of its processes is just being born again, after a death.
            LOG.debug("a Dask cluster did not close cleanly", exc_info=True)
