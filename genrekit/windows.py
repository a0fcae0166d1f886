"""How a recording is cut into windows. One rule, for training, evaluation and prediction alike.

A recording of up to 1.1 windows is one window and stays whole. A longer one is cut every ``window`` samples; a
remainder of more than a tenth of a window gets a last window that ends where the recording ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

TOLERANCE = 10
"""A remainder of at most 1/TOLERANCE of a window is not worth a window of its own."""


def window_spans(samples: int, window: int) -> list[tuple[int, int]]:
    """(start, length) of each window, in samples."""
    tolerance = window // TOLERANCE
    if samples <= window + tolerance:
        return [(0, samples)]
    count = -(-(samples - tolerance) // window)
    last = min((count - 1) * window, samples - window)
    return [(index * window, window) for index in range(count - 1)] + [(last, window)]


def cut(blocks: Iterable[np.ndarray], window: int) -> Iterator[tuple[int, np.ndarray]]:
    """(start, waveform) of each window of a stream of blocks; holds two windows and a block at most.

    The same windows as `window_spans` gives for the stream's whole length.
    """
    import numpy as np

    tolerance = window // TOLERANCE
    held, start, fresh = np.zeros(0, np.float32), 0, 0
    # held[: len(held) - fresh] was already given out; it is kept because the last window may reach back into it.
    for block in blocks:
        held = np.concatenate([held, block])
        fresh += len(block)
        while fresh > window + tolerance:
            begin = len(held) - fresh
            yield start + begin, held[begin : begin + window]
            held, start, fresh = held[begin:], start + begin, fresh - window
    # What is fresh now is the whole recording, or more than the tolerance and worth a window.
    begin = len(held) - fresh
    if begin == 0:
        yield start, held
    else:
        reach = min(begin, len(held) - window)
        yield start + reach, held[reach : reach + window]


def fit(waveform: np.ndarray, minimum: int, exact: int | None = None) -> np.ndarray:
    """Zero-pad to at least ``minimum`` samples; with ``exact``, crop or pad to just that many."""
    import numpy as np

    target = exact if exact is not None else max(len(waveform), minimum)
    if len(waveform) >= target:
        return waveform[:target]
    return np.pad(waveform, (0, target - len(waveform)))
