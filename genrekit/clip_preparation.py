"""One clip's way into the store: decode, mix to mono, resample, cut, compute features where nothing random precedes."""

from __future__ import annotations

import functools
import json
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from genrekit import audio
from genrekit.component import FeatureExtractor
from genrekit.errors import AudioError
from genrekit.heard import Heard, heard
from genrekit.publishing import writing_to
from genrekit.recording import AudioInfo, Recording
from genrekit.store import Stat, Store, code_version, content_hash, item_key, stat_of
from genrekit.windows import PLAIN, Cutting, cut, fit

if TYPE_CHECKING:
    import numpy as np
    import torch

Stage = Literal["waveform", "features"]

LARGE = 2**26
"""Bytes: before a larger file is read whole for its hash, its header must be that of a recording."""


@dataclass(frozen=True)
class Job:
    """One clip's work; picklable. ``content`` is the hash that the file had when it was as ``stat`` says, if known."""

    row: int
    path: str
    start_s: float
    duration_s: float | None
    stage: Stage
    features: FeatureExtractor
    store: Store
    content: str | None
    stat: Stat | None = None
    cutting: Cutting = PLAIN


@dataclass(frozen=True)
class Prepared:
    """One clip's result. ``key`` is None when the clip is quarantined for ``reason``; ``seconds`` by activity.

    ``written`` is the item's temporary file where it was not in the store yet; it is to be published.
    """

    row: int
    path: str
    key: str | None = None
    windows: int = 0
    notes: tuple[str, ...] = ()
    reason: str | None = None
    stat: Stat | None = None
    content: str | None = None
    from_store: bool = False
    written: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)


def from_store(job: Job) -> Prepared | None:
    """What the store has of a job whose file is as it was when its content was known; None where it has nothing."""
    try:
        stat = _stat(job.path)
    except AudioError:
        return None
    if job.content is None or job.stat != stat:
        return None
    return _found(job, _key(job, job.content)[0], stat, job.content)


def prepare_clip(job: Job) -> Prepared:
    """Do one job; what is wrong with its file comes back as a reason."""
    try:
        return _prepare(job)
    except AudioError as error:
        return Prepared(job.row, job.path, reason=error.reason)


def _prepare(job: Job) -> Prepared:
    stat = _stat(job.path)
    content = (job.content if job.stat == stat else None) or _hash(stat)
    key, identity = _key(job, content)
    found = _found(job, key, stat, content)
    if found:
        return found
    clock = _Clock()
    with audio.opened(job.path) as recording:
        info = recording.info
        waveforms = list(windows_of(recording, job.features, job.start_s, job.duration_s, job.cutting.hop))
    counting = heard(waveforms, job.cutting.within_db)
    notes = _notes(len(waveforms), counting, info, job)
    clock.lap("decode")
    windows = _windows(job, counting.windows, identity)
    clock.lap("features")
    if _stat(job.path) != stat:
        raise AudioError(job.path, "changed while it was being read")
    with writing_to(job.store):
        written = str(job.store.write(key, windows, {"notes": notes}))
    clock.lap("store")
    return Prepared(
        job.row, job.path, key, len(windows), tuple(notes), None, stat, content, False, written, clock.seconds
    )


def _found(job: Job, key: str, stat: Stat, content: str) -> Prepared | None:
    about = job.store.about(key)
    if about is None:
        return None
    job.store.touch(key)
    return Prepared(job.row, job.path, key, about["windows"], tuple(about["notes"]), None, stat, content, True)


def _key(job: Job, content: str) -> tuple[str, str]:
    """The item's key, and the features' identity as text. Files that options lead to may change from clip to clip."""
    identity = job.features.identity()
    told = json.dumps(identity, sort_keys=True)
    # Waveforms are stored before the features' code has touched them.
    code = _features_code(job.features, told) if job.stage == "features" else ""
    return item_key(content, job.start_s, job.duration_s, _kind(job), identity, code), told


def _kind(job: Job) -> str:
    """What the item is, beside its features and its audio."""
    hop, within_db = job.cutting
    kind = f"sounding {job.stage}" if within_db is None else f"sounding {job.stage} within {within_db!r} dB"
    return kind if hop is None else f"{kind} every {hop}"


class _Clock:
    """Seconds between laps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, activity: str) -> None:
        now = time.perf_counter()
        self.seconds[activity], self._since = now - self._since, now


def _stat(path: str) -> Stat:
    try:
        return stat_of(path)
    except OSError as error:
        raise AudioError(path, (error.strerror or str(error)).lower()) from None


@functools.lru_cache(maxsize=4096)
def _hash(stat: Stat) -> str:
    """The content's hash; clips of one recording share it."""
    path, size, _ = stat
    audio.refuse_no_file(path)
    if size > LARGE:
        audio.probe(path)
    try:
        return content_hash(path)
    except OSError as error:
        raise AudioError(path, (error.strerror or str(error)).lower()) from None


def _windows(job: Job, waveforms: list[np.ndarray], identity: str) -> np.ndarray:
    """What is stored: [windows, samples] or [windows, channels, bins, frames]."""
    import numpy as np

    if job.stage == "waveform":
        longest = max(map(len, waveforms))
        return np.stack([fit(waveform, longest) for waveform in waveforms])
    module = _module(job.features, identity)
    windows = [compute_features(module, waveform) for waveform in waveforms]
    return _as_stored(job, windows[0] if len(windows) == 1 else np.concatenate(windows))


def _as_stored(job: Job, windows: np.ndarray) -> np.ndarray:
    """``windows`` in the precision that the features ask for."""
    import numpy as np
    import torch

    precision = job.features.stored_as
    # Put so that NaN fails.
    if not max(windows.max(), -windows.min()) <= np.finfo(precision).max:
        raise AudioError(job.path, f"its features are beyond {precision}: are its samples far beyond -1 to 1?")
    # numpy's own conversion to float16 takes twenty times as long.
    return torch.from_numpy(windows).to(getattr(torch, precision)).numpy()


def read_windows(
    path: str,
    features: FeatureExtractor,
    start_s: float = 0.0,
    duration_s: float | None = None,
    hop: int | None = None,
) -> Iterator[np.ndarray]:
    """A recording's windows, each mono float32 [samples] and as long as ``features`` wants it."""
    with audio.opened(path) as recording:
        yield from windows_of(recording, features, start_s, duration_s, hop)


def windows_of(
    recording: Recording, features: FeatureExtractor, start_s: float, duration_s: float | None, hop: int | None
) -> Iterator[np.ndarray]:
    """The same of one that is open."""
    window = features.window_samples()
    exact = None if features.any_length else window
    for _, waveform in cut(recording.blocks(features.sample_rate, start_s, duration_s), window, hop):
        yield fit(waveform, features.minimum_samples(), exact)


def compute_features(module: torch.nn.Module, waveform: np.ndarray) -> np.ndarray:
    """Features float32 [1, channels, bins, frames] of one waveform [samples]."""
    import torch

    with torch.inference_mode():
        out: np.ndarray = module(torch.from_numpy(waveform)[None]).numpy()
    return out


_BUILDING = threading.Lock()


def _module(features: FeatureExtractor, identity: str) -> torch.nn.Module:
    """The features' module; threads that start together wait for one to build it."""
    with _BUILDING:
        return _built(features, identity)


@functools.lru_cache(maxsize=4)
def _built(features: FeatureExtractor, identity: str) -> torch.nn.Module:
    module: torch.nn.Module = features.build()
    return module.eval()


@functools.lru_cache(maxsize=4)
def _features_code(features: FeatureExtractor, identity: str) -> str:
    return code_version(features, _module(features, identity).modules())


def _notes(windows: int, counting: Heard, info: AudioInfo, job: Job) -> list[str]:
    notes, features = [], job.features
    seconds = min(info.duration_s - job.start_s, job.duration_s or math.inf)
    if counting.silent:
        silent = counting.silent == windows
        notes.append("silent" if silent else "silent in some windows, which do not count")
    if counting.faint:
        notes.append(f"faint in some windows, by more than {job.cutting.within_db:g} dB, which do not count")
    if seconds < 0.05 * features.window_samples() / features.sample_rate:
        notes.append(f"only {seconds:.3g} s long: mostly padding")
    if info.sample_rate != features.sample_rate:
        notes.append(f"resampled from {info.sample_rate} Hz")
    if info.channels > 1:
        notes.append(f"{info.channels} channels mixed to mono")
    return notes
