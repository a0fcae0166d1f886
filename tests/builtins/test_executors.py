"""What `threads`, `serial` and `processes` have in common."""

from __future__ import annotations

import concurrent.futures

import jobs
import pytest

import genrekit
from genrekit_builtins.processes import Processes
from genrekit_builtins.serial import Serial
from genrekit_builtins.threads import Threads


@pytest.mark.parametrize("executor", [Threads(workers=2), Serial(), Processes(workers=2)], ids=lambda e: e.use)
def test_is_an_executor(executor: genrekit.Executor) -> None:
    with executor.open() as pool:
        assert isinstance(pool, concurrent.futures.Executor)
        futures = [pool.submit(jobs.square, number) for number in range(6)]
        failing = pool.submit(jobs.fail, "lost")
        assert [future.result() for future in futures] == [0, 1, 4, 9, 16, 25]
        assert list(pool.map(jobs.square, [7, 8])) == [49, 64]
        with pytest.raises(LookupError, match="lost"):
            failing.result()
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(jobs.square, 1)
    pool.shutdown()


def test_capacities() -> None:
    assert Threads(workers=3).capacity() == Processes(workers=3).capacity() == 3
    assert Serial().capacity() == 1


@pytest.mark.parametrize("component", [Threads, Processes])
def test_all_usable_cpus_by_default(component: type[Threads], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{component.__module__}.usable_cpus", lambda: 5)
    assert component().capacity() == 5


def test_threads_are_the_default_and_the_only_one() -> None:
    assert [cls.default for cls in (Threads, Serial, Processes)] == [True, False, False]
