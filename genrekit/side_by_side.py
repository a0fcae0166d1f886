"""Runs of a series side by side: each goes on with its run folder in a process of its own, as ``run --resume`` does.

So one that dies takes no other with it, each has its own threads and its own random state, and what comes out is what
a series in one process gives, bit for bit.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

LOG = "output.log"
"""In the run folder: what the process said."""

Process = subprocess.Popen[bytes]


def side_by_side(
    folders: Iterable[Path], jobs: int, start: Callable[[Path], Process], goes_on: Callable[[int], bool]
) -> Iterator[tuple[Path, int]]:
    """Each folder and its process's exit code, as they end; never more than ``jobs`` (1 or more) at once.

    Behind an exit code with which it does not ``goes_on``, those that run come to their end, and no other is started.
    Ctrl-C, or a caller that stops early, interrupts those that run and waits until they have put away what they have.
    """
    waiting = iter(folders)
    running: dict[Future[int], tuple[Path, Process]] = {}
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while True:
                while len(running) < jobs and (folder := next(waiting, None)):
                    process = start(folder)
                    running[pool.submit(process.wait)] = folder, process
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    if not goes_on(future.result()):
                        waiting = iter(())
                    yield running.pop(future)[0], future.result()
        except BaseException:
            for _, process in running.values():
                _interrupt(process)
            raise


def resuming(folder: Path, options: Sequence[str], environment: Mapping[str, str]) -> Process:
    """A process that goes on with the run in ``folder``; all that it says is added to the folder's `LOG`."""
    command = [sys.executable, "-m", "genrekit", "run", "--resume", str(folder), *options]
    with open(folder / LOG, "ab") as log:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **environment}
        )


def _interrupt(process: Process) -> None:
    """A terminal's Ctrl-C reaches the process by itself; a signal to this one alone does not. Twice does no harm."""
    # Windows can only end a process by force, and then it puts nothing away.
    if sys.platform != "win32" and process.poll() is None:
        process.send_signal(signal.SIGINT)
