"""The ``serial`` executor: one job after another where a debugger and a profiler see it."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable
from typing import Any, Literal, ParamSpec, TypeVar

import genrekit

P = ParamSpec("P")
T = TypeVar("T")


class Serial(genrekit.Executor):
    """Runs each job at once in the calling thread; for debugging and profiling."""

    use: Literal["serial"] = "serial"

    def open(self) -> concurrent.futures.Executor:
        return SerialPool()

    def capacity(self) -> int:
        return 1


class SerialPool(concurrent.futures.Executor):
    """``submit`` returns when the job is done."""

    def __init__(self) -> None:
        self._shut = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> concurrent.futures.Future[T]:
        if self._shut:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        future.set_running_or_notify_cancel()
        # KeyboardInterrupt and SystemExit are the caller's, who is the one that runs here.
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._shut = True


@genrekit.hookimpl
def register_executors(register: Any) -> None:
    register(Serial)
