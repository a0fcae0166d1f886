"""How a recording is cut into windows. One rule, for training, evaluation and prediction alike.

A recording of up to 1.1 windows is one window and stays whole. A longer one is cut every ``window`` samples; a
remainder of more than a tenth of a window gets a last window that ends where the recording ends: it is full, and says
some of the window before it again. With a ``hop`` shorter than the window, windows overlap, and the tenth is the hop's.
Which of them count is for `genrekit.heard` to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

TOLERANCE = 10
"""A remainder of at most 1/TOLERANCE of a hop is not worth a window of its own."""


class Cutting(NamedTuple):
    """How a clip is cut. ``hop`` is from one window's start to the next one's, in samples; None: they do not overlap.

    ``within_db`` is how far below the loudest a window may be that counts; None: any that is not silent does.
    """

    hop: int | None = None
    within_db: float | None = None


PLAIN = Cutting()
"""End to end, and all count that are not silent."""


def window_spans(samples: int, window: int, hop: int | None = None) -> list[tuple[int, int]]:
    """(start, length) of each window, in samples. ``hop``: from one start to the next; None: ``window``."""
    hop = hop or window
    tolerance = hop // TOLERANCE
    if samples <= window + tolerance:
        return [(0, samples)]
    count = 1 - (window + tolerance - samples) // hop
    last = min((count - 1) * hop, samples - window)
    return [(index * hop, window) for index in range(count - 1)] + [(last, window)]


def hop_of(window: int, overlap: float) -> int | None:
    """From one window's start to the next one's, where they share ``overlap`` of a window; None: ``window``."""
    return max(1, round(window * (1 - overlap))) if overlap else None


def cut(blocks: Iterable[np.ndarray], window: int, hop: int | None = None) -> Iterator[tuple[int, np.ndarray]]:
    """(start, waveform) of each window of a stream of blocks; holds two windows and a block at most.

    The same windows as `window_spans` gives for the stream's whole length.
    """
    import numpy as np

    hop = hop or window
    tolerance = hop // TOLERANCE
    held, position, begin = np.zeros(0, np.float32), 0, 0
    # held[:begin] belongs to the window before; it is kept because the last window may reach back into it.
    for block in blocks:
        held = np.concatenate([held, block]) if len(held) else block
        while len(held) - begin > window + tolerance:
            yield position + begin, held[begin : begin + window]
            held, position, begin = held[begin:], position + begin, hop
    if begin == 0:
        yield position, held
    else:
        # More than the tolerance was not in the window before, so this one is worth it.
        reach = min(begin, len(held) - window)
        yield position + reach, held[reach : reach + window]


def fit(waveform: np.ndarray, minimum: int, exact: int | None = None) -> np.ndarray:
    """Zero-pad to at least ``minimum`` samples; with ``exact``, crop or pad to just that many."""
    import numpy as np

    target = exact if exact is not None else max(len(waveform), minimum)
    if len(waveform) >= target:
        return waveform[:target]
    return np.pad(waveform, (0, target - len(waveform)))
