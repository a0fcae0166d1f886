"""Items are found once they are on the disk, and all that were written are published, whatever happens."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from genrekit.errors import GenrekitError
from genrekit.publishing import BACKLOG, Publisher
from genrekit.store import Store

WINDOWS = np.ones((1, 2), np.float32)


def keys(count: int) -> list[str]:
    return [f"{number:040x}" for number in range(count)]


def publish(store: Store, names: Iterable[str]) -> None:
    with Publisher(store) as publisher:
        for key in names:
            publisher.add(key, str(store.write(key, WINDOWS, {})))


def files(store: Store) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def test_all_are_published_when_the_block_ends(tmp_path: Path) -> None:
    store = Store(tmp_path)
    publish(store, keys(200))
    assert sorted(files(store)) == sorted(store.path(key) for key in keys(200))
    assert all(about and about["windows"] == 1 for about in map(store.about, keys(200)))


def test_an_item_is_found_only_after_it_was_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, on_the_disk = Store(tmp_path), threading.Event()
    sync = os.fsync

    def slow_sync(handle: int) -> None:
        assert on_the_disk.wait(10)
        sync(handle)

    monkeypatch.setattr(os, "fsync", slow_sync)
    with Publisher(store) as publisher:
        publisher.add("ab", str(store.write("ab", WINDOWS, {})))
        assert store.about("ab") is None
        on_the_disk.set()
    assert (store.about("ab") or {})["windows"] == 1


def test_what_was_written_before_an_interruption_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def interrupted() -> Iterator[str]:
        yield from keys(20)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(store, interrupted())
    assert all(store.about(key) for key in keys(20))


@pytest.mark.parametrize("before", [0, BACKLOG + 5])
def test_a_full_disk_is_told_and_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    store, sync, calls = Store(tmp_path), os.fsync, iter(range(1000))

    def full(handle: int) -> None:
        if next(calls) >= before:
            raise OSError(28, "No space left on device")
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)
    left = iter(keys(3 * BACKLOG))
    with pytest.raises(GenrekitError, match="No space left on device") as caught:
        publish(store, left)
    assert "genrekit store prune" in str(caught.value)
    assert list(left), "it is not found out at the end only"
    assert len(files(store)) == before
    assert not [path for path in files(store) if path.name.startswith(".")]


def test_what_was_written_on_another_machines_disk_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(GenrekitError, match="what a job wrote into the feature store is not here") as raised:
        publish_elsewhere(store)
    assert "try: --store FOLDER, one that all workers and this process share" in str(raised.value)


def publish_elsewhere(store: Store) -> None:
    with Publisher(store) as publisher:
        written = store.write(keys(1)[0], WINDOWS, {})
        written.unlink()
        publisher.add(keys(1)[0], str(written))


def test_a_slow_disk_holds_up_who_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, on_the_disk = Store(tmp_path), threading.Event()
    sync = os.fsync

    def stuck(handle: int) -> None:
        assert on_the_disk.wait(10)
        sync(handle)

    monkeypatch.setattr(os, "fsync", stuck)
    written: list[str] = []

    def noted() -> Iterator[str]:
        for key in keys(BACKLOG + 20):
            yield key
            written.append(key)

    writer = threading.Thread(target=publish, args=(store, noted()))
    writer.start()
    writer.join(0.5)
    assert len(written) == BACKLOG
    on_the_disk.set()
    writer.join(10)
    assert len(written) == BACKLOG + 20
    assert len(files(store)) == BACKLOG + 20
