"""What runs on a worker: it unpickles a job where its plugins are loaded, and does it with one thread."""

from __future__ import annotations

import functools
import os
import pickle
import platform
import sys
import threading
from typing import Any

from genrekit import GenrekitError, plugins

_LOADING = threading.Lock()


def perform(payload: bytes, local_plugins: tuple[str, ...]) -> Any:
    """Call what ``payload`` holds, a pickled (function, arguments, keyword arguments).

    ``local_plugins`` are the files of components that the sender had loaded. Raises `GenrekitError` if this process
    lacks what the job is made of.
    """
    _hold_torch_down()
    try:
        with _LOADING:
            _load(local_plugins)
        function, arguments, keywords = pickle.loads(payload)
    except (ImportError, AttributeError, OSError) as error:
        raise GenrekitError(
            f"the worker process {os.getpid()} on {platform.node()} cannot read its jobs: {error}",
            why="it lacks a package or a file that this process has, or has it in another version",
            hint="install the same distributions on all workers",
        ) from None
    return function(*arguments, **keywords)


@functools.lru_cache(maxsize=1)
def _load(local_plugins: tuple[str, ...]) -> None:
    """Components of local files can only be unpickled where those files are loaded."""
    if local_plugins:
        plugins.configure(local=local_plugins)
        plugins.installed()


def _hold_torch_down() -> None:
    """A worker's jobs run side by side; and results may depend on the number of threads, so it is always one."""
    torch = sys.modules.get("torch")
    if torch is None:
        os.environ["OMP_NUM_THREADS"] = "1"
    elif torch.get_num_threads() != 1:
        torch.set_num_threads(1)
