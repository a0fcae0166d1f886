"""Runs of a series side by side: each goes on with its run folder in a process of its own, as ``run --resume`` does.

So one that dies takes no other with it, each has its own threads and its own random state, and what comes out is what
a series in one process gives, bit for bit.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

LOG = "output.log"
"""In the run folder: what the process said."""

PARENT = "GENREKIT_ENDS_WITH"
"""The environment variable that tells a process whose end is its own."""

LOOK_S = 0.2
"""Libraries may take over how Python hears of Ctrl-C; then a thread that waits without end does not."""

Process = subprocess.Popen[bytes]


def side_by_side(
    folders: Iterable[Path],
    jobs: int,
    start: Callable[[Path], Process],
    goes_on: Callable[[int], bool],
    stopping: Callable[[], None] = lambda: None,
) -> Generator[tuple[Path, int]]:
    """Each folder and its process's exit code, as they end; never more than ``jobs`` (1 or more) at once.

    Behind an exit code with which it does not ``goes_on``, those that run come to their end, and no other is started.
    Ctrl-C, or a caller that stops early, interrupts those that run and waits until they have put away what they have;
    ``stopping`` is called first.
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
                for future in wait(running, timeout=LOOK_S, return_when=FIRST_COMPLETED).done:
                    if not goes_on(future.result()):
                        waiting = iter(())
                    yield running.pop(future)[0], future.result()
        except BaseException:
            stopping()
            for _, process in running.values():
                _interrupt(process)
            raise


def resuming(folder: Path, options: Sequence[str]) -> Process:
    """A process that goes on with the run in ``folder``; all that it says is added to the folder's `LOG`.

    A terminal's Ctrl-C does not reach it, for twice would be once too often: whoever started it passes that on.
    """
    # As a command it would not look for modules in the working directory; what was started with -m does.
    safe = [] if sys.path[:1] in ([""], [str(Path.cwd())]) else ["-P"]
    command = [sys.executable, *safe, "-m", "genrekit", "run", "--resume", str(folder), *options]
    plain = {"NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", PARENT: str(os.getpid())}
    environment = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"} | plain
    with open(folder / LOG, "ab") as log:
        if sys.platform == "win32":
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, process_group=0
        )


def end_with_parent() -> None:
    """In a process that `resuming` started: be interrupted when the one that did so is gone."""
    # Not for what this process starts in its turn.
    parent = os.environ.pop(PARENT, None)
    if not parent or sys.platform == "win32":
        return

    # Whoever was started in a shell's background is deaf to it, and so are its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def watch() -> None:
        while os.getppid() == int(parent):
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, daemon=True).start()


def _interrupt(process: Process) -> None:
    # Windows can only end a process by force, and then it puts nothing away; there Ctrl-C reaches all by itself.
    if sys.platform != "win32" and process.poll() is None:
        process.send_signal(signal.SIGINT)
