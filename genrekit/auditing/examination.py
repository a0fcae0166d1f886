"""One clip looked at closely, in one pass of its decoder; many of them on an executor."""

from __future__ import annotations

import concurrent.futures
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit import audio
from genrekit.auditing.bandwidth import Bandwidth
from genrekit.auditing.landmarks import RATE, fingerprint
from genrekit.auditing.signal_facts import SignalFacts
from genrekit.clips import Clips
from genrekit.component import Executor
from genrekit.errors import AudioError
from genrekit.recording import resampled
from genrekit.silence import SILENCE_PEAK
from genrekit.store import content_hash

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Stretch:
    """A clip: what of which file. ``row`` is its row in the clip table."""

    row: int
    path: str
    start_s: float = 0.0
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found out about a clip. With a ``reason`` it cannot be used, and the rest says nothing.

    ``content`` is the hash of the file's bytes, ``samples`` that of the clip's decoded samples; ``landmarks`` uint64
    [n] are its fingerprint. ``clipped`` and ``silent`` are shares of the samples, ``peak``, ``mix_peak``, ``level`` and
    ``offset`` of full scale. Each channel is judged by itself: ``peak`` and ``clipped`` are the worst one's, ``offset``
    and ``level`` those of the one that is off centre most, ``silent`` counts what is silence in all, and ``dead`` how
    many are silent throughout. ``mix_peak`` is that of the channels' mean; up to ``highest_hz`` there is something in
    it, None where that cannot be told.
    """

    row: int
    path: str
    reason: str | None = None
    content: str = ""
    samples: str = ""
    sample_rate: int = 0
    channels: int = 0
    format: str = ""
    duration_s: float = 0.0
    peak: float = 0.0
    mix_peak: float = 0.0
    dead: int = 0
    level: float = 0.0
    offset: float = 0.0
    clipped: float = 0.0
    silent: float = 0.0
    highest_hz: float | None = None
    landmarks: np.ndarray | None = None


def examine(stretch: Stretch) -> Facts:
    """Everything about one clip; what is wrong with its file comes back as a reason."""
    try:
        return _examine(stretch)
    except AudioError as error:
        return Facts(stretch.row, stretch.path, reason=error.reason)
    except OSError as error:
        return Facts(stretch.row, stretch.path, reason=(error.strerror or str(error)).lower())


def _examine(stretch: Stretch) -> Facts:
    with audio.opened(stretch.path) as recording:
        info, signal = recording.info, SignalFacts()
        bandwidth = Bandwidth(info.sample_rate)
        blocks = recording.blocks(None, stretch.start_s, stretch.duration_s, signal.note_channels)
        watched = bandwidth.watch(signal.watch(blocks))
        landmarks = fingerprint(resampled(stretch.path, watched, info.sample_rate, RATE))
    return Facts(
        stretch.row,
        stretch.path,
        content=content_hash(stretch.path),
        samples=f"{info.sample_rate}:{signal.digest()}",
        sample_rate=info.sample_rate,
        channels=info.channels,
        format=info.format,
        duration_s=signal.mix.samples / info.sample_rate,
        peak=signal.peak,
        mix_peak=signal.mix.peak,
        dead=sum(channel.peak < SILENCE_PEAK for channel in signal.channels),
        level=signal.off_centre.level,
        offset=signal.off_centre.offset,
        clipped=signal.clipped,
        silent=signal.silent_samples / signal.mix.samples,
        highest_hz=bandwidth.highest_hz,
        landmarks=landmarks,
    )


def stretches(clips: Clips) -> Iterator[Stretch]:
    """Every clip of the table."""
    columns = (clips.column(name) for name in ("path", "start_s", "duration_s"))
    for row, (path, start_s, duration_s) in enumerate(zip(*columns, strict=True)):
        yield Stretch(row, path, start_s, duration_s)


def examine_all(
    todo: Iterable[Stretch], executor: Executor, advance: Callable[[str], None] = lambda _: None
) -> list[Facts]:
    """The facts of each, by row. Ctrl-C waits for the few that are being read, and no more."""
    waiting, found = iter(todo), list[Facts]()
    with executor.open() as pool:
        try:
            pending = _submit(pool, itertools.islice(waiting, 4 * executor.capacity()))
            while pending:
                done, _ = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
                finished = [_result(future, pending.pop(future)) for future in done]
                pending |= _submit(pool, itertools.islice(waiting, len(done)))
                for facts in finished:
                    found.append(facts)
                    advance(facts.path)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return sorted(found, key=lambda facts: facts.row)


def _submit(
    pool: concurrent.futures.Executor, todo: Iterable[Stretch]
) -> dict[concurrent.futures.Future[Facts], Stretch]:
    return {pool.submit(examine, stretch): stretch for stretch in todo}


def _result(future: concurrent.futures.Future[Facts], stretch: Stretch) -> Facts:
    """What came of it, also where it took its worker with it."""
    try:
        return future.result()
    except concurrent.futures.BrokenExecutor as error:
        return Facts(stretch.row, stretch.path, reason=f"reading it crashed: {error}")
