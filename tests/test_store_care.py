"""Listing, verifying and pruning the store."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from genrekit.store import Store
from genrekit.store_care import abandoned, damaged, items, parse_size, prune, size_text


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three items of about 4 kB, used one after another."""
    store = Store(tmp_path)
    for index in range(3):
        key = f"{index:040x}"
        store.put(key, np.ones((2, 512), np.float32), {"notes": []})
        os.utime(store.path(key), (1000 + index, 1000 + index))
    return store


def test_lists_items_with_their_sizes(store: Store) -> None:
    found = list(items(store))
    assert len(found) == 3
    assert all(4096 < item.size_bytes < 5000 for item in found)


def test_prune_removes_what_was_used_longest_ago(store: Store) -> None:
    removed = prune(store, keep_bytes=9000)
    assert [item.path.stem for item in removed] == [f"{0:040x}"]
    assert len(list(items(store))) == 2
    prune(store, keep_bytes=0)
    assert list(items(store)) == []


def test_needed_items_stay(store: Store) -> None:
    oldest = f"{0:040x}"
    prune(store, keep_bytes=5000, needed={oldest})
    assert [item.path.stem for item in items(store)] == [oldest]
    prune(store, keep_bytes=0, needed={oldest})
    assert [item.path.stem for item in items(store)] == [oldest]


def test_damage_is_found(store: Store) -> None:
    assert list(damaged(store)) == []
    path = store.path(f"{1:040x}")
    path.write_bytes(path.read_bytes()[:-5])
    assert [item.path for item in damaged(store)] == [path]


def test_leftovers_of_dead_writers_are_pruned_but_not_of_living_ones(store: Store) -> None:
    folder = store.path(f"{0:040x}").parent
    old, new = folder / ".old.tmp", folder / ".new.tmp"
    old.touch()
    new.touch()
    os.utime(old, (1000, 1000))
    assert list(abandoned(store)) == [old]
    prune(store, keep_bytes=10**9)
    assert not old.exists()
    assert new.exists()


@pytest.mark.parametrize(("text", "size"), [("0", 0), ("500M", 500_000_000), ("1.5g", 1_500_000_000), ("2 KB", 2000)])
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


def test_size_that_is_none() -> None:
    with pytest.raises(ValueError, match="write it like 500M"):
        parse_size("lots")
    assert size_text(1_234_567) == "1.2 MB"
    assert size_text(12) == "12 B"
    assert size_text(5e12) == "5.0 TB"
