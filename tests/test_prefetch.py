"""Working ahead in a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from genrekit.prefetch import ahead, ahead_in_order


def test_order_is_kept() -> None:
    assert list(ahead(range(100), depth=3)) == list(range(100))


def test_exception_comes_out_where_it_is_used() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    items = ahead(failing())
    assert next(items) == 1
    with pytest.raises(ValueError, match="no more"):
        next(items)


def test_never_further_ahead_than_depth() -> None:
    made = 0

    def counting() -> Iterator[int]:
        nonlocal made
        for item in range(50):
            made += 1
            yield item

    for used, _ in enumerate(ahead(counting(), depth=2)):
        # One in use, two waiting, one made and about to be put.
        assert made <= used + 4


def test_leaving_early_ends_the_thread() -> None:
    before = threading.active_count()
    items = ahead(iter(range(1000)))
    next(items)
    items.close()
    assert threading.active_count() == before


def three_of(source: int) -> Iterator[tuple[int, int]]:
    """Three items; the earlier the source, the longer they take."""
    for item in range(3):
        time.sleep(0.002 * (10 - source))
        yield source, item


def test_sources_follow_in_order_though_later_ones_are_ready_first() -> None:
    found = list(ahead_in_order(range(10), three_of, threads=4, sources_ahead=6))
    assert found == [(source, item) for source in range(10) for item in range(3)]


def test_sources_are_worked_on_at_once() -> None:
    together = threading.Barrier(3, timeout=10)

    def meeting(source: int) -> Iterator[int]:
        together.wait()
        yield source

    assert list(ahead_in_order(range(3), meeting, threads=3, sources_ahead=3)) == [0, 1, 2]


def test_never_more_sources_begun_nor_more_items_waiting_than_told() -> None:
    begun, made = set[int](), 0

    def counting(source: int) -> Iterator[int]:
        nonlocal made
        begun.add(source)
        for _ in range(20):
            made += 1
            yield source

    for used, source in enumerate(ahead_in_order(iter(range(30)), counting, threads=2, sources_ahead=5, depth=3), 1):
        assert max(begun) < source + 5
        # Of the source in use and of four more: three that wait; of two threads: one made and about to be put.
        assert made <= used + 5 * 3 + 2


def test_sources_are_drawn_only_when_their_turn_comes_near() -> None:
    drawn = 0

    def endless() -> Iterator[int]:
        nonlocal drawn
        while True:
            yield drawn
            drawn += 1

    items = ahead_in_order(endless(), lambda source: iter([source]), threads=2, sources_ahead=4)
    assert [next(items) for _ in range(100)] == list(range(100))
    assert drawn <= 104
    items.close()  # type: ignore[attr-defined]


def test_exception_comes_out_after_the_items_before_it() -> None:
    def failing(source: int) -> Iterator[int]:
        yield source
        if source == 2:
            raise ValueError("source 2")

    items = ahead_in_order(range(5), failing, threads=2, sources_ahead=5)
    assert [next(items) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="source 2"):
        next(items)


def test_leaving_early_ends_all_threads() -> None:
    before = threading.active_count()
    items = ahead_in_order(range(100), three_of, threads=4, sources_ahead=8)
    next(items)
    assert threading.active_count() == before + 4
    items.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before


def test_no_sources_no_items() -> None:
    assert list(ahead_in_order([], three_of)) == []
