"""Prediction on an executor: a job answers one recording, wherever it runs, and loads the model there once.

Recordings are answered each by itself and with one thread, so that an answer depends on nothing but the recording and
the model: every executor gives the same, to the last bit.
"""

from __future__ import annotations

import functools
import os
import platform
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit import bundle
from genrekit.answers import Prediction, Window
from genrekit.errors import BundleError, GenrekitError
from genrekit.in_flight import in_order
from genrekit.predict import Predictor, open_engine

if TYPE_CHECKING:
    from genrekit.component import Executor


@dataclass(frozen=True)
class Model:
    """A bundle as jobs name it: its folder, absolute, and what tells whether a worker finds the same one there."""

    folder: str
    manifest: str

    @classmethod
    def of(cls, predictor: Predictor) -> Model:
        # runs/latest may lead elsewhere before the last job is done.
        folder = predictor.folder.resolve()
        return cls(str(folder), bundle.file_hash(folder / bundle.MANIFEST))


@dataclass(frozen=True)
class Job:
    """One recording's work; picklable. ``hop_s`` is that of `Predictor.timelines`; no ``windows``: the answer alone."""

    model: Model
    threshold: float | None
    path: str
    hop_s: float | None
    windows: bool
    found_at: str
    """The path as workers, which may stand in another folder, are to open it."""


def answered_on(
    executor: Executor, predictor: Predictor, paths: Iterable[str | Path], hop_s: float | None, windows: bool
) -> Iterator[Window | Prediction]:
    """What `Predictor.timelines` gives, or without ``windows`` `Predictor.predict_many`, from jobs on ``executor``."""
    model = Model.of(predictor)
    jobs = (Job(model, predictor.threshold, str(p), hop_s, windows, str(Path(p).absolute())) for p in paths)
    for answers in in_order(executor, answer, jobs, _lost):
        yield from answers


def answer(job: Job) -> list[Window | Prediction]:
    """Do one job: the windows' answers, if they are wanted, then the recording's."""
    predictor = replace(_loaded(job.model), threshold=job.threshold)
    found = (
        predictor.timelines([job.found_at], job.hop_s) if job.windows else iter(predictor.predict_many([job.found_at]))
    )
    return [replace(each, path=job.path) for each in found]


def _lost(job: Job, error: BrokenExecutor) -> list[Window | Prediction]:
    return [Prediction(job.path, "failed", None, None, {}, 0, 0.0, f"answering it crashed: {error}")]


_LOADING = threading.Lock()


def _loaded(model: Model) -> Predictor:
    """The model in this process; jobs that start together wait for one to load it."""
    with _LOADING:
        return _load(model)


@functools.lru_cache(maxsize=1)
def _load(model: Model) -> Predictor:
    folder = Path(model.folder)
    try:
        manifest = bundle.read_manifest(folder)
        if bundle.file_hash(folder / bundle.MANIFEST) != model.manifest:
            raise BundleError(f"{folder} holds another model there")
        return Predictor(folder, manifest, open_engine(folder, manifest, threads=1))
    except GenrekitError as error:
        raise BundleError(
            f"the worker process {os.getpid()} on {platform.node()} cannot load the model: {error.problems[0].what}",
            why="this process can: they do not see the same files",
            hint="give the model, and recordings, by paths that lead to the same files on all machines",
        ) from None
