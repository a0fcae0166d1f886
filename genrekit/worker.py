"""A process that computes for one thread. What kills it costs the job that it had, and nothing else."""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

T = TypeVar("T")

STOP_S = 5.0
"""How long a worker may take to end by itself."""


class WorkerDiedError(RuntimeError):
    """The process ended in the middle of a job; the message says by which signal or with which status."""


@dataclass
class Worker:
    """Started when it is first asked for something, and anew after it died. ``prepare`` is what it does first.

    Python's own pool of processes loses every job when one worker dies, does not say of what, and cannot hand over
    results one by one.
    """

    prepare: Callable[..., object] = lambda: None
    arguments: tuple[Any, ...] = ()
    _process: BaseProcess | None = field(init=False, default=None)
    _line: Connection | None = field(init=False, default=None)

    def call(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """What the function returns or raises there. Raises `WorkerDiedError` too."""
        (result,) = self.stream(_once, function, args, kwargs)
        return result  # type: ignore[no-any-return]

    def stream(self, make: Callable[..., Iterable[T]], *args: Any) -> Iterator[T]:
        """The items of ``make(*args)`` as they are made there. The worker is ended where they are not all taken."""
        line, complete = self._connected(), False
        try:
            line.send((make, args))
            while (answer := line.recv()) is not None:
                item, error = answer
                if error is not None:
                    complete = True
                    raise error
                yield item
            complete = True
        except (EOFError, ConnectionError):
            raise WorkerDiedError(self._cause_of_death()) from None
        finally:
            if not complete:
                self.stop(at_once=True)

    def _connected(self) -> Connection:
        if self._process and not self._process.is_alive():
            self.stop()
        if self._line is None:
            # Forking would copy other threads' locks, held or not.
            context = multiprocessing.get_context("spawn")
            self._line, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs, self.prepare, self.arguments), daemon=True)
            self._process.start()
            # Only with the last copy of this end closed does the worker's death show.
            theirs.close()
        return self._line

    def _cause_of_death(self) -> str:
        assert self._process
        self._process.join(STOP_S)
        code = self._process.exitcode
        if code is None:
            return "the worker process does not answer any more"
        if code < 0:
            return f"the worker process was ended by {_signal_name(-code)}"
        return f"the worker process ended with status {code}"

    def stop(self, at_once: bool = False) -> None:
        """End the process, if there is one."""
        process, line = self._process, self._line
        self._process = self._line = None
        if process is None or line is None:
            return
        line.close()
        if not at_once:
            process.join(STOP_S)
        if process.is_alive():
            process.kill()
        process.join()
        process.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _once(function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[T]:
    yield function(*args, **kwargs)


def _serve(line: Connection, prepare: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    """What the process does all its life."""
    # Ctrl-C reaches the whole process group; the parent alone decides how to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare(*arguments)
    while True:
        try:
            make, args = line.recv()
        except EOFError:
            return
        try:
            for item in make(*args):
                line.send((item, None))
            line.send(None)
        except (BrokenPipeError, ConnectionError):
            return
        except Exception as error:
            _send_error(line, error)


def _send_error(line: Connection, error: Exception) -> None:
    told = traceback.format_exc()
    try:
        error.add_note(f"in the worker process:\n{told}")
        line.send((None, error))
    except Exception:  # What cannot be pickled is anybody's guess.
        line.send((None, RuntimeError(f"{type(error).__name__}: {error}")))
