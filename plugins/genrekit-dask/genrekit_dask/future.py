"""The future that a pool gives out."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class DaskFuture(concurrent.futures.Future[T]):
    """A job's. Until its result is here it can be cancelled; ``withdraw`` then takes the job from the cluster."""

    def __init__(self, withdraw: Callable[[DaskFuture[Any]], None]) -> None:
        super().__init__()
        self._withdraw = withdraw

    def cancel(self) -> bool:
        first = not self.cancelled()
        cancelled = super().cancel()
        if cancelled and first:
            self._withdraw(self)
        return cancelled
