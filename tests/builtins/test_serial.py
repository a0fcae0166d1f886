"""`serial`: the job is done when `submit` returns, in the same thread."""

from __future__ import annotations

import threading

import pytest

from genrekit_builtins.serial import Serial


def interrupt() -> None:
    raise KeyboardInterrupt


def test_runs_in_the_calling_thread_at_once() -> None:
    with Serial().open() as pool:
        future = pool.submit(threading.get_ident)
        assert future.done()
        assert future.result() == threading.get_ident()


def test_keyword_arguments_reach_the_job() -> None:
    with Serial().open() as pool:
        assert pool.submit(dict, fn=1, self=2).result() == {"fn": 1, "self": 2}


def test_an_interrupt_is_the_callers() -> None:
    with Serial().open() as pool, pytest.raises(KeyboardInterrupt):
        pool.submit(interrupt)
