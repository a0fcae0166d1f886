"""Recordings on their way to a model: decoded in threads, cut into windows, gathered into batches, in order.

What is held is bounded by windows, never by files or their length: a thread works through its file a few windows
ahead of the model, and only a few files are begun before their turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit import audio
from genrekit.cpus import usable_cpus
from genrekit.errors import AudioError
from genrekit.heard import level_of
from genrekit.prefetch import ahead_in_order
from genrekit.windows import cut, fit

if TYPE_CHECKING:
    import numpy as np

    from genrekit.bundle import Audio

BATCH_SAMPLES = 2**16
"""Windows shorter than this are handed over, and answered, several at once: a call has its price."""

HELD_SAMPLES = 2**22
"""About how much is decoded before its turn: 16 MiB, or a few windows where those are longer."""

MOST_FILES_AHEAD = 64

MOST_THREADS = 4
"""Each holds a block of its file, up to 30 MB; four decode MP3 faster than any model on a CPU asks for it."""


@dataclass(frozen=True)
class Piece:
    """One window: where it lies in its file, and the waveform as the model wants it, float32 [samples].

    ``level`` decides whether its answer is one of those that the file's is the mean of: see `genrekit.heard`.
    """

    path: str
    start_s: float
    end_s: float
    waveform: np.ndarray
    level: int = 0


@dataclass(frozen=True)
class End:
    """A file is over; ``reason`` says why it cannot be used."""

    path: str
    reason: str | None = None


Batch = list[Piece | End]
"""In order; the windows of a file, then its end, before those of the next."""


@dataclass(frozen=True)
class Decoder:
    """Reads recordings as a bundle wants them. ``hop`` is from one window's start to the next one's, in samples."""

    spec: Audio
    hop: int

    def batches(
        self, paths: Iterable[str | Path], closes: Callable[[str], bool] = lambda path: False
    ) -> Iterator[Batch]:
        """Every window of every file, each file's followed by its end; in order.

        No batch goes on behind a file that ``closes`` it, whatever comes next.
        """
        threads = min(usable_cpus(), MOST_THREADS)
        files = min(HELD_SAMPLES // max(self.spec.window_samples, BATCH_SAMPLES), MOST_FILES_AHEAD)
        parts = ahead_in_order(paths, self._file, threads, max(files, threads + 1))
        return _gathered(parts, closes)

    def _file(self, path: str | Path) -> Iterator[Batch]:
        return _gathered([item] for item in self._items(path))

    def _items(self, path: str | Path) -> Iterator[Piece | End]:
        spec, name, reason = self.spec, str(path), None
        exact = None if spec.any_length else spec.window_samples
        try:
            for start, waveform in cut(audio.stream(path, spec.sample_rate), spec.window_samples, self.hop):
                end = start + len(waveform)
                fitted = fit(waveform, spec.minimum_samples, exact)
                level = level_of(waveform, spec.within_db)
                yield Piece(name, start / spec.sample_rate, end / spec.sample_rate, fitted, level)
        except AudioError as error:
            reason = error.reason
        yield End(name, reason)


def _gathered(parts: Iterable[Batch], closes: Callable[[str], bool] = lambda path: False) -> Iterator[Batch]:
    """``parts`` joined until they hold `BATCH_SAMPLES`, or up to the end of a file that closes a batch."""
    held: Batch = []
    samples = 0
    for part in parts:
        held += part
        samples += sum(len(item.waveform) for item in part if isinstance(item, Piece))
        last = held[-1]
        if (isinstance(last, End) and closes(last.path)) or samples >= BATCH_SAMPLES:
            yield held
            held, samples = [], 0
    if held:
        yield held
