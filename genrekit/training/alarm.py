"""When it is time to write a checkpoint within an epoch."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class Alarm:
    """Due ``every_s`` seconds after what was saved last; never if that is 0."""

    every_s: float
    _since: float = field(default_factory=time.monotonic)

    def due(self) -> bool:
        """Whether it is time."""
        return self.every_s > 0 and time.monotonic() - self._since >= self.every_s

    def saved(self) -> None:
        """Count from now."""
        self._since = time.monotonic()
