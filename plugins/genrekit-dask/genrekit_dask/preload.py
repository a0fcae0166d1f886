"""What a worker of the local cluster does first."""

from __future__ import annotations

import signal
from typing import Any


def dask_setup(worker: Any) -> None:
    """Ctrl-C reaches the whole process group; the process that was started alone decides how to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
