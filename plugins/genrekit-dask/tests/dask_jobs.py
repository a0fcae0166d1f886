"""Jobs for workers, which find this file on their path."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def pid() -> int:
    """Which process does it."""
    return os.getpid()


def wait_for(gate: Path, begun: Path) -> int:
    """Say who has begun, wait until ``gate`` is there, and say who is done."""
    (begun / str(os.getpid())).touch()
    while not gate.exists():
        time.sleep(0.02)
    return os.getpid()


def ctrl_c_is() -> str:
    """What a worker does about it."""
    return str(signal.getsignal(signal.SIGINT))


def die() -> None:
    """Take the worker along."""
    os._exit(1)
