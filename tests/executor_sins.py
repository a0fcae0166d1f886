"""Executors that break their contract."""

from __future__ import annotations

import concurrent.futures
from typing import Any

import toy_plugin
from sins import Sin, changed

import genrekit


class Eager(concurrent.futures.ThreadPoolExecutor):
    """Turns exceptions into results."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        def quietly() -> Any:
            try:
                return fn(*args, **kwargs)
            except LookupError as error:
                return error

        return super().submit(quietly)


class Immortal(concurrent.futures.ThreadPoolExecutor):
    """Does not know when to stop."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        return


class Forgetful(concurrent.futures.ThreadPoolExecutor):
    """Loses what jobs of preparation give."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        from genrekit.clip_preparation import Prepared, prepare_clip

        if fn is prepare_clip:
            return super().submit(lambda: Prepared(args[0].row, args[0].path, reason="lost"))
        return super().submit(fn, *args, **kwargs)


class Renaming(concurrent.futures.ThreadPoolExecutor):
    """Answers for files by other names than they were given by."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        import dataclasses

        from genrekit.prediction_jobs import answer

        if fn is not answer:
            return super().submit(fn, *args, **kwargs)
        return super().submit(lambda: [dataclasses.replace(each, path="?") for each in answer(*args)])


def executor_sins() -> list[Sin]:
    def threads(**members: Any) -> genrekit.Component:
        return changed(toy_plugin.Threads, **members)()

    return [
        Sin(threads(open=lambda self: 3), "opens and shuts down", "gives a int"),
        Sin(threads(open=lambda self: Immortal(1)), "opens and shuts down", "not RuntimeError"),
        Sin(threads(open=lambda self: Eager(1)), "runs jobs", "a job that raised LookupError gives None"),
        Sin(threads(capacity=lambda self: 0), "capacity", "capacity() is 0"),
        Sin(threads(open=lambda self: Forgetful(1)), "prepares clips", "other items are stored"),
        Sin(threads(open=lambda self: Renaming(1)), "answers recordings", "other answers than in one thread"),
    ]
