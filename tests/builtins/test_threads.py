"""`threads`: torch's own threads are held down meanwhile, and come back."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Iterator

import jobs
import pytest
import torch

from genrekit_builtins.threads import Threads
from genrekit_builtins.torch_held import TorchHeld


@pytest.fixture(autouse=True)
def three_torch_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def test_torch_is_held_to_one_thread_while_open() -> None:
    with Threads(workers=2).open() as pool:
        assert torch.get_num_threads() == 1
        assert pool.submit(jobs.torch_threads).result() == 1
    assert torch.get_num_threads() == 3


def test_an_error_inside_restores_as_well() -> None:
    with pytest.raises(LookupError), Threads(workers=1).open():
        raise LookupError
    assert torch.get_num_threads() == 3


def test_pools_within_and_beside_each_other() -> None:
    outer, inner = Threads(workers=1).open(), Threads(workers=1).open()
    outer.shutdown()
    assert torch.get_num_threads() == 1, "the other one is still open"
    inner.shutdown()
    assert torch.get_num_threads() == 3


def test_shutting_down_twice_counts_once() -> None:
    first, second = Threads(workers=1).open(), Threads(workers=1).open()
    first.shutdown(cancel_futures=True)
    first.shutdown()
    assert torch.get_num_threads() == 1
    second.shutdown()
    assert torch.get_num_threads() == 3


def test_jobs_run_side_by_side() -> None:
    together = threading.Barrier(3, timeout=10)
    with Threads(workers=3).open() as pool:
        assert sorted(pool.map(lambda _: together.wait(), range(3))) == [0, 1, 2]


def test_cancelling_drops_the_jobs_that_wait() -> None:
    started, go_on = threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        go_on.wait(10)

    pool = Threads(workers=1).open()
    running = pool.submit(work)
    waiting = pool.submit(jobs.square, 3)
    started.wait(10)
    threading.Timer(0.05, go_on.set).start()
    pool.shutdown(wait=True, cancel_futures=True)
    assert running.done()
    assert waiting.cancelled()


def test_torch_is_not_imported_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch")
    held = TorchHeld()
    held.take()
    held.give_back()
    assert "torch" not in sys.modules


def test_torch_imported_meanwhile_is_held_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    late = types.SimpleNamespace(get_num_threads=lambda: 7, set_num_threads=calls.append)
    held = TorchHeld()
    monkeypatch.delitem(sys.modules, "torch")
    held.take()
    monkeypatch.setitem(sys.modules, "torch", late)
    held.take()
    held.give_back()
    assert calls == [1]
    held.give_back()
    assert calls == [1, 7]
