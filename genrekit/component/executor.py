"""Where preprocessing runs."""

from __future__ import annotations

import concurrent.futures
from typing import ClassVar

from genrekit.component.base import Component


class Executor(Component):
    """Where preprocessing runs."""

    kind: ClassVar[str] = "executor"

    def open(self) -> concurrent.futures.Executor:
        """A `concurrent.futures.Executor`; the caller shuts it down. Jobs sent to it are picklable."""
        raise NotImplementedError

    def capacity(self) -> int:
        """How many jobs run at once; a small multiple of it is kept in flight."""
        raise NotImplementedError
