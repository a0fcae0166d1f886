"""What is heard when: windows of the same labels in sequence, put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from genrekit.answers import Window


@dataclass(frozen=True)
class Segment:
    """A stretch with the same labels throughout, sorted by name, or without any.

    ``probability`` is the mean over its windows of their most probable label's.
    """

    start_s: float
    end_s: float
    labels: tuple[str, ...]
    probability: float
    windows: int = 1


def segments(windows: Iterable[Window]) -> Iterator[Segment]:
    """A recording's windows as segments that follow one another, each as soon as the next one begins.

    Where windows of different labels overlap, one segment gives way to the next in the middle of the overlap.
    """
    current: Segment | None = None
    for window in windows:
        fresh = Segment(window.start_s, window.end_s, tuple(sorted(window.labels)), window.probability)
        if current is None:
            current = fresh
        elif current.labels == fresh.labels:
            current = _joined(current, fresh)
        else:
            boundary_s = (current.end_s + fresh.start_s) / 2
            yield replace(current, end_s=boundary_s)
            current = replace(fresh, start_s=boundary_s)
    if current is not None:
        yield current


def _joined(one: Segment, other: Segment) -> Segment:
    windows = one.windows + 1
    probability = one.probability + (other.probability - one.probability) / windows
    return Segment(one.start_s, other.end_s, one.labels, probability, windows)
