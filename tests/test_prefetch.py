"""Working ahead in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from genrekit.prefetch import ahead


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
