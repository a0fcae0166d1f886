"""From clips to stored windows: decode, mix to mono, resample, cut, and compute features where nothing random precedes.

Runs on an executor. A clip that cannot be used is quarantined with its reason; nothing takes its place.
"""

from __future__ import annotations

import concurrent.futures
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from genrekit import audio
from genrekit.clips import Clips
from genrekit.component import Executor, FeatureExtractor
from genrekit.errors import AudioError
from genrekit.store import HashIndex, Stat, Store, content_hash, item_key, stat_of
from genrekit.windows import cut, fit

if TYPE_CHECKING:
    import numpy as np
    import torch

Stage = Literal["waveform", "features"]

SILENCE_PEAK = 1e-4
"""-80 dBFS: what stays below it the whole clip long is called silent."""


@dataclass(frozen=True)
class Job:
    """One clip's work; picklable."""

    row: int
    path: str
    start_s: float
    duration_s: float | None
    stage: Stage
    features: FeatureExtractor
    store: Store
    content: str | None


@dataclass(frozen=True)
class Prepared:
    """One clip's result. ``key`` is None when the clip is quarantined for ``reason``."""

    row: int
    path: str
    key: str | None = None
    windows: int = 0
    notes: tuple[str, ...] = ()
    reason: str | None = None
    stat: Stat | None = None
    content: str | None = None
    from_store: bool = False


@dataclass
class Preparation:
    """All clips' results, by row."""

    results: dict[int, Prepared] = field(default_factory=dict)

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
) -> Preparation:
    """Prepare every clip that has a part. ``advance`` is called as each is done, in no particular order."""
    index, preparation = HashIndex(store.root), Preparation()
    jobs = list(_jobs(clips, features, stage, store, index))
    with executor.open() as pool:
        try:
            for result in _bounded(pool, jobs, 4 * executor.capacity()):
                preparation.results[result.row] = result
                advance(result)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    done = preparation.results.values()
    index.remember({r.stat: r.content for r in done if r.stat and r.content})
    return preparation


def _jobs(clips: Clips, features: FeatureExtractor, stage: Stage, store: Store, index: HashIndex) -> Iterator[Job]:
    rows = [row for row, part in enumerate(clips.column("part")) if part]
    columns = [clips.column(name) for name in ("path", "start_s", "duration_s")]
    stats = {path: stat for path in {columns[0][row] for row in rows} if (stat := _stat_or_none(path))}
    known = index.known(stats.values())
    for row in rows:
        path, start_s, duration_s = (column[row] for column in columns)
        content = known.get(stats[path]) if path in stats else None
        yield Job(row, path, start_s, duration_s, stage, features, store, content)


def _stat_or_none(path: str) -> Stat | None:
    try:
        return stat_of(path)
    except OSError:
        return None


def _bounded(pool: concurrent.futures.Executor, jobs: Iterable[Job], in_flight: int) -> Iterator[Prepared]:
    """Results as they come, never more than ``in_flight`` jobs submitted ahead."""
    waiting = iter(jobs)
    pending = {pool.submit(prepare_clip, job): job for job in itertools.islice(waiting, in_flight)}
    while pending:
        done, _ = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
        finished = [(future, pending.pop(future)) for future in done]
        pending |= {pool.submit(prepare_clip, job): job for job in itertools.islice(waiting, len(done))}
        yield from (_result(future, job) for future, job in finished)


def _result(future: concurrent.futures.Future[Prepared], job: Job) -> Prepared:
    """What came of a job, also where it took its worker with it."""
    try:
        return future.result()
    except concurrent.futures.BrokenExecutor as error:
        return Prepared(job.row, job.path, reason=f"reading it crashed: {error}")


def prepare_clip(job: Job) -> Prepared:
    """Do one job; what is wrong with its file comes back as a reason."""
    try:
        return _prepare_clip(job)
    except AudioError as error:
        return Prepared(job.row, job.path, reason=error.reason)


def _prepare_clip(job: Job) -> Prepared:
    info = None if job.content else audio.probe(job.path)
    stat = stat_of(job.path)
    content = job.content or content_hash(job.path)
    key = item_key(content, job.start_s, job.duration_s, job.stage, job.features)
    about = job.store.about(key)
    from_store = about is not None
    if about is None:
        windows, notes = _compute(job, info or audio.probe(job.path))
        if stat_of(job.path) != stat:
            raise AudioError(job.path, "changed while it was being read")
        about = {"notes": notes, "windows": len(windows)}
        job.store.put(key, windows, {"notes": notes})
    notes = tuple(about["notes"])
    return Prepared(job.row, job.path, key, about["windows"], notes, None, stat, content, from_store)


def _compute(job: Job, info: audio.AudioInfo) -> tuple[np.ndarray, list[str]]:
    import numpy as np

    waveforms = list(read_windows(job.path, job.features, job.start_s, job.duration_s))
    notes = _notes(waveforms, info, job.features)
    if job.stage == "waveform":
        longest = max(map(len, waveforms))
        return np.stack([fit(waveform, longest) for waveform in waveforms]), notes
    return np.concatenate([compute_features(job.features, waveform) for waveform in waveforms]), notes


def read_windows(
    path: str, features: FeatureExtractor, start_s: float = 0.0, duration_s: float | None = None
) -> Iterator[np.ndarray]:
    """A recording's windows, each mono float32 [samples] and as long as ``features`` wants it."""
    window = features.window_samples()
    exact = None if features.any_length else window
    blocks = audio.stream(path, features.sample_rate, start_s, duration_s)
    for _, waveform in cut(blocks, window):
        yield fit(waveform, features.minimum_samples(), exact)


def compute_features(features: FeatureExtractor, waveform: np.ndarray) -> np.ndarray:
    """Features float32 [1, channels, bins, frames] of one waveform [samples]."""
    import torch

    with torch.inference_mode():
        out: np.ndarray = _module(features)(torch.from_numpy(waveform)[None]).numpy()
    return out


@functools.lru_cache(maxsize=4)
def _module(features: FeatureExtractor) -> torch.nn.Module:
    return features.build().eval()


def _notes(waveforms: list[np.ndarray], info: audio.AudioInfo, features: FeatureExtractor) -> list[str]:
    import numpy as np

    notes = []
    if max(float(np.abs(waveform).max()) for waveform in waveforms) < SILENCE_PEAK:
        notes.append("silent")
    if info.duration_s < 0.05 * features.window_samples() / features.sample_rate:
        notes.append(f"only {info.duration_s:.3g} s long: mostly padding")
    if info.sample_rate != features.sample_rate:
        notes.append(f"resampled from {info.sample_rate} Hz")
    if info.channels > 1:
        notes.append(f"{info.channels} channels mixed to mono")
    return notes


