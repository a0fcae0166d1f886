"""Jobs for executors, importable by worker processes."""

from __future__ import annotations

import os
import signal
import sys


def square(number: int) -> int:
    return number * number


def fail(text: str) -> None:
    raise LookupError(text)


def crash() -> None:
    """Die as a segmentation fault in a decoder does: at once, no exception."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def process_id() -> int:
    return os.getpid()


def ignores_interrupts() -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def torch_threads() -> int:
    import torch

    return torch.get_num_threads()


def modules_starting(prefix: str) -> list[str]:
    return [name for name in sys.modules if name.startswith(prefix)]
