"""Jobs for executors, importable by worker processes."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Literal

import genrekit


def square(number: int) -> int:
    return number * number


def fail(text: str) -> None:
    raise LookupError(text)


def crash() -> None:
    """Die as a segmentation fault in a decoder does: at once, no exception."""
    os.kill(os.getpid(), signal.SIGSEGV)


def process_id() -> int:
    return os.getpid()


def ignores_interrupts() -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def torch_threads() -> int:
    import torch

    return torch.get_num_threads()


def modules_starting(prefix: str) -> list[str]:
    return [name for name in sys.modules if name.startswith(prefix)]


class CrashesOnce(genrekit.FeatureExtractor):
    """Dies while it handles the first clip that comes, then never again."""

    use: Literal["crashes-once"] = "crashes-once"
    flag: str = genrekit.Field(description="a file that says that it has died")

    def minimum_samples(self) -> int:
        if not Path(self.flag).exists():
            Path(self.flag).touch()
            crash()
        return 1
