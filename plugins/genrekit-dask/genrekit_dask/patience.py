"""Dask waits for workers for ever. People should learn that there are none."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

LOOKS = 20
"""How often it is looked before patience is over."""


class Patience:
    """Calls ``give_up`` with the seconds waited when ``all_well`` has not been true once in ``seconds``."""

    def __init__(self, seconds: float, all_well: Callable[[], bool], give_up: Callable[[float], None]) -> None:
        self._seconds, self._all_well, self._give_up = seconds, all_well, give_up
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="genrekit-dask-patience")
        self._thread.start()

    def _watch(self) -> None:
        since = time.monotonic()
        while not self._ended.wait(self._seconds / LOOKS):
            # Whoever cannot be asked is not well.
            with contextlib.suppress(Exception):
                if self._all_well():
                    since = time.monotonic()
            if time.monotonic() - since > self._seconds:
                self._give_up(self._seconds)
                since = time.monotonic()

    def end(self) -> None:
        """Stop looking."""
        self._ended.set()
        self._thread.join()
