"""Randomness as an argument: (seed, epoch, clip) decides, never the number of workers or what ran before.

Draws come from NumPy's Philox, a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
SC 2011), keyed by `numpy.random.SeedSequence`.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def generator(seed: int, *key: int | str) -> np.random.Generator:
    """The generator of one thing. ``key`` says which: a purpose, then an epoch, a clip …"""
    import numpy as np

    return np.random.Generator(np.random.Philox(_sequence(seed, *key)))


def torch_seed(seed: int, *key: int | str) -> int:
    """A seed for torch's generators, 0 to 2^63 - 1."""
    import numpy as np

    return int(_sequence(seed, *key).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _sequence(seed: int, *key: int | str) -> np.random.SeedSequence:
    import numpy as np

    return np.random.SeedSequence([seed, *(zlib.crc32(part.encode()) if isinstance(part, str) else part for part in key)])
