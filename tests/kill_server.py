"""Runs that end themselves with SIGKILL at a point told in advance, each in a fork of this process.

    python kill_server.py PLUGIN...

Reads a job a line (JSON, see `Job`), answers a line each. Whatever a run that came to its end had imported is imported
here, so that the forks after it need not. Nothing is computed here: threads would not be there in the forks.

A *point* is where a run asks the system for something (opens, renames, removes, syncs), takes or stores an item, or
goes from one part of its work to the next. Points are counted by the stage of the run that they are in, so that a job
can name one, and no clock has a say in where it is.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import random
import signal
import stat
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ASKED = frozenset(
    {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.link", "os.symlink", "os.truncate"}
    | {"os.utime", "sqlite3.connect", "shutil.rmtree"}
)
"""Python's audit events that are points."""


@dataclass
class Job:
    """``run`` are the arguments of `run_recipe`, or ``resume`` those of `resume_run`; all happens below ``root``.

    ``kill`` is a stage and which of its points is the last. ``export`` says whether there are a real ONNX file and a
    real report, which take most of a small run's time. ``torn`` cuts a file that was about to be synced, at a place
    drawn from this seed, as a power cut might.
    """

    root: str
    run: dict[str, Any] | None = None
    resume: dict[str, Any] | None = None
    kill: tuple[str, int] | None = None
    export: bool = False
    torn: int | None = None


@dataclass
class Points:
    """Counts points and ends the process at one of them."""

    job: Job
    stage: str = "start"
    counts: Counter[str] = field(default_factory=Counter)
    guard: Any = field(default_factory=threading.Lock)
    process: int = field(default_factory=os.getpid)

    def reached(self) -> bool:
        """Count a point; whether it is the one to end at."""
        # What is loaded ahead, in a thread, falls into no stage for sure.
        if self.stage == "start" or not (self.stage == "extraction" or _on_main_thread()):
            return False
        with self.guard:
            self.counts[self.stage] += 1
            return self.job.kill == (self.stage, self.counts[self.stage]) and os.getpid() == self.process

    def point(self) -> None:
        if self.reached():
            die()

    def sync(self, descriptor: int) -> None:
        """A point before a file is on the disk, where a part of it may be lost."""
        if self.reached():
            if self.job.torn is not None and stat.S_ISREG(os.fstat(descriptor).st_mode):
                size = random.Random(self.job.torn).randrange(os.fstat(descriptor).st_size + 1)
                os.truncate(f"/proc/self/fd/{descriptor}", size)
            die()


def die() -> None:
    """As ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def _on_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def watch(points: Points) -> None:
    """Let a run pass through ``points``."""
    import torch

    from genrekit import assembly, checkpoint, export, finishing, pipeline, store
    from genrekit.training import examination, learning, loop

    def asked(event: str, about: tuple[Any, ...]) -> None:
        # What is opened elsewhere is Python's and the libraries' own, and differs from time to time.
        if event in ASKED and str(about[0]).startswith(points.job.root):
            points.point()

    sys.addaudithook(asked)
    sync = os.fsync
    os.fsync = lambda descriptor: (points.sync(int(descriptor)), sync(descriptor))[1]  # type: ignore[assignment]
    _stage(points, pipeline.Run, "_told", "extraction")
    _stage(points, loop.Training, "fit", "epoch")
    _stage(points, examination.Examination, "outcome", "evaluation")
    _stage(points, checkpoint, "save", "checkpoint")
    _stage(points, checkpoint, "save_weights", "checkpoint")
    _stage(points, finishing.Finishing, "finish", "export")
    for place, name in (
        (assembly, "_network"),
        (store.Store, "window"),
        (store.Store, "write"),
        (store.Store, "publish"),
        (learning.Learner, "step"),
        (learning.Learner, "_learn"),
        (learning.Learner, "_descend"),
        (loop.Training, "_step_ended"),
        (loop.Training, "_judge"),
        (pipeline.Run, "epoch_ended"),
        (torch.fx.Graph, "create_node"),
        (export, "compare"),
    ):
        _around(points, place, name)


def _stage(points: Points, place: Any, name: str, stage: str) -> None:
    """Calls of ``place.name`` are that stage; what they call may be another."""
    original: Callable[..., Any] = getattr(place, name)

    def staged(*arguments: Any, **options: Any) -> Any:
        before, points.stage = points.stage, stage
        points.point()
        try:
            return original(*arguments, **options)
        finally:
            points.point()
            points.stage = before

    setattr(place, name, staged)


def _around(points: Points, place: Any, name: str) -> None:
    """A point before each call and one after it."""
    original: Callable[..., Any] = getattr(place, name)

    def watched(*arguments: Any, **options: Any) -> Any:
        points.point()
        done = original(*arguments, **options)
        points.point()
        return done

    setattr(place, name, watched)


def pretend() -> None:
    """Leave out the graph and the report."""
    from genrekit import export, finishing, report

    def exported(classifier: Any, samples: int, any_length: bool, path: Path, waveforms: Any) -> Any:
        path.write_bytes(b"stands for a graph")
        return export.Export(difference=0.0)

    def reported(folder: Any, *_: Any) -> None:
        folder.write_text("report.html", "stands for a report")

    finishing.export_checked = exported
    report.write_report = reported


def do(job: Job) -> dict[str, Any]:
    """The job, in this process."""
    from genrekit.running import resume_run, run_recipe

    points = Points(job)
    watch(points)
    if not job.export:
        pretend()
    result = run_recipe(**job.run) if job.run else resume_run(**(job.resume or {}))
    return {"folder": str(result.folder), "counts": dict(points.counts), "modules": sorted(sys.modules)}


def forked(job: Job) -> dict[str, Any]:
    """What became of the job in a process of its own: its result, ``"killed"`` or ``"error"``."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            answer = do(job)
        except BaseException:
            answer = {"error": traceback.format_exc()}
        with os.fdopen(writing, "w") as stream:
            json.dump(answer, stream)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"killed": os.WTERMSIG(status)}
    return dict(json.loads(said))


def catch_up(modules: list[str]) -> None:
    """Import what a fork has imported."""
    for name in modules:
        if name not in sys.modules and name != "__main__":
            # Some are made, not found, or cannot be imported by themselves.
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def main(local: list[str]) -> None:
    """Answer until there are no more jobs."""
    import torch  # noqa: F401

    from genrekit import plugins

    plugins.configure(local=local)
    plugins.installed()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        given = json.loads(line)
        given["kill"] = tuple(given["kill"]) if given.get("kill") else None
        answer = forked(Job(**given))
        catch_up(answer.pop("modules", []))
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
