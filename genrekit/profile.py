"""Where a run's time goes. A stopwatch for each activity; what runs in other threads is counted in their time."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


def _nothing() -> None:
    """Nothing to wait for."""


@dataclass
class Profile:
    """Seconds by activity. ``settle`` waits for a device that works on its own; set it only to measure."""

    settle: Callable[[], None] = _nothing
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @contextlib.contextmanager
    def __call__(self, activity: str) -> Iterator[None]:
        """Time a block."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.settle()
            self.add(activity, time.perf_counter() - started)

    def each(self, activity: str, items: Iterator[T]) -> Iterator[T]:
        """``items``, with the time that each takes to come."""
        while True:
            with self(activity):
                found = next(items, None)
            if found is None:
                return
            yield found

    def add(self, activity: str, seconds: float) -> None:
        """Count time that was measured elsewhere."""
        self.seconds[activity] += seconds
        self.counts[activity] += 1

    def add_all(self, timings: Mapping[str, float]) -> None:
        """Count several."""
        for activity, seconds in timings.items():
            self.add(activity, seconds)

    def as_json(self) -> dict[str, dict[str, float]]:
        """The content of ``profile.json``."""
        return {name: {"seconds": round(s, 4), "times": self.counts[name]} for name, s in self.seconds.items()}

    def lines(self) -> Iterator[str]:
        """A table, the longest first."""
        total = sum(self.seconds.values()) or 1.0
        yield f"{'activity':<12}{'seconds':>10}{'share':>8}{'times':>8}"
        for activity, seconds in sorted(self.seconds.items(), key=lambda pair: -pair[1]):
            yield f"{activity:<12}{seconds:>10.2f}{seconds / total:>8.1%}{self.counts[activity]:>8}"
