"""Torch's own threads, held down to one while somebody else keeps all CPUs busy."""

from __future__ import annotations

import sys
import threading


class TorchHeld:
    """Counts those who hold: the first to take sets torch to one thread, the last to give back restores it.

    Torch is not imported for that. Threads that start while it is held see one thread as well.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._before: int | None = None

    def take(self) -> None:
        """Hold torch down, if it is imported, until `give_back` is called as often as this."""
        with self._lock:
            self._holders += 1
            torch = sys.modules.get("torch")
            if self._before is None and torch is not None:
                self._before = torch.get_num_threads()
                torch.set_num_threads(1)

    def give_back(self) -> None:
        """One holder less."""
        with self._lock:
            self._holders -= 1
            if self._holders == 0 and self._before is not None:
                sys.modules["torch"].set_num_threads(self._before)
                self._before = None


HELD = TorchHeld()
"""The process's one; torch's thread count belongs to the process, too."""
