"""From clips to stored windows, on an executor. A clip that cannot be used is quarantined; nothing takes its place."""

from __future__ import annotations

import concurrent.futures
import contextlib
import queue
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from genrekit import atomic
from genrekit.clip_preparation import Job, Prepared, Stage, from_store, prepare_clip
from genrekit.clips import Clips
from genrekit.component import Executor, FeatureExtractor
from genrekit.errors import DataError
from genrekit.kept_memory import kept_meanwhile
from genrekit.publishing import Publisher, writing_to
from genrekit.store import HashIndex, Stat, Store, stat_of
from genrekit.windows import PLAIN, Cutting


@dataclass
class Preparation:
    """All clips' results, by row; and how they came about: the jobs, by row, and on which executor."""

    results: dict[int, Prepared] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    executor: Executor | None = None

    @property
    def usable(self) -> dict[int, Prepared]:
        return {row: result for row, result in sorted(self.results.items()) if result.key}

    @property
    def quarantined(self) -> list[Prepared]:
        return [result for _, result in sorted(self.results.items()) if not result.key]


def prepare(
    clips: Clips,
    features: FeatureExtractor,
    stage: Stage,
    executor: Executor,
    store: Store,
    advance: Callable[[Prepared], None] = lambda _: None,
    cutting: Cutting = PLAIN,
) -> Preparation:
    """Prepare every clip that has a part. ``advance`` is called as each is done, in no particular order.

    ``cutting`` is that of clips that are evaluated; those that are trained on are cut `PLAIN`.

    Items that are new to the store are in it, and on the disk, when this returns.
    """
    index = HashIndex(store.root)
    jobs = list(_jobs(clips, features, stage, store, index, cutting))
    preparation = Preparation(jobs={job.row: job for job in jobs}, executor=executor)
    with kept_meanwhile(), Publisher(store) as publisher, executor.open() as pool:
        try:
            with contextlib.closing(_results(pool, jobs, 4 * executor.capacity())) as results:
                for result in results:
                    if result.key and result.written:
                        publisher.add(result.key, result.written)
                    preparation.results[result.row] = result
                    advance(result)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
        # While items that are still on their way get to the disk.
        done = preparation.results.values()
        index.remember({r.stat: r.content for r in done if r.stat and r.content})
    return preparation


def remake(preparation: Preparation, row: int) -> None:
    """Put a clip's item into the store again, where it is gone. Raises `DataError` if the recording is not what it was.

    The same executor does it, so that the item has the same bits.
    """
    before, job = preparation.results[row], preparation.jobs.get(row)
    if job is None or preparation.executor is None or before.key is None:
        raise DataError(f"the store has lost what was made of {before.path}")
    # An item that is there but cannot be read counts as none.
    atomic.discard(job.store.path(before.key))
    with preparation.executor.open() as pool:
        done = pool.submit(prepare_clip, job).result()
    if done.key != before.key:
        raise DataError(
            f"the store has lost what was made of {before.path}",
            why=f"and it cannot be made again: {done.reason or 'the file is another by now'}",
            hint="bring the file back; --resume then goes on from the last checkpoint",
        )
    if done.written:
        with writing_to(job.store):
            job.store.publish(before.key, Path(done.written))


def _jobs(
    clips: Clips, features: FeatureExtractor, stage: Stage, store: Store, index: HashIndex, cutting: Cutting
) -> Iterator[Job]:
    parts = clips.column("part")
    rows = [row for row, part in enumerate(parts) if part]
    columns = [clips.column(name) for name in ("path", "start_s", "duration_s")]
    stats = {path: stat for path in {columns[0][row] for row in rows} if (stat := _stat_or_none(path))}
    known = index.known(stats.values())
    for row in rows:
        path, start_s, duration_s = (column[row] for column in columns)
        stat = stats.get(path)
        content = known.get(stat) if stat else None
        own = PLAIN if parts[row] == "train" else cutting
        yield Job(row, path, start_s, duration_s, stage, features, store, content, stat, own)


def _stat_or_none(path: str) -> Stat | None:
    try:
        return stat_of(path)
    except OSError:
        return None


def _results(pool: concurrent.futures.Executor, jobs: Iterable[Job], in_flight: int) -> Generator[Prepared, None, None]:
    """Results as they come: what the store has is found here, and of the others ``in_flight`` at most are submitted."""
    done, pending = queue.SimpleQueue[Future[Prepared]](), dict[Future[Prepared], Job]()

    def submit(job: Job) -> None:
        future = pool.submit(prepare_clip, job)
        pending[future] = job
        future.add_done_callback(done.put)

    def finished() -> Prepared:
        future = done.get()
        return _result(future, pending.pop(future))

    try:
        for job in jobs:
            found = from_store(job)
            if found:
                yield found
                continue
            if len(pending) >= max(1, in_flight):
                yield finished()
            submit(job)
        while pending:
            yield finished()
    finally:
        for future in pending:
            future.add_done_callback(_discard)


def _discard(future: Future[Prepared]) -> None:
    """What was written for a preparation that has ended early is published by nobody."""
    if not future.cancelled() and not future.exception() and (written := future.result().written):
        atomic.discard(Path(written))


def _result(future: Future[Prepared], job: Job) -> Prepared:
    """What came of a job, also where it took its worker with it."""
    try:
        return future.result()
    except concurrent.futures.BrokenExecutor as error:
        return Prepared(job.row, job.path, reason=f"reading it crashed: {error}")
