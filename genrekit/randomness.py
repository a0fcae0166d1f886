"""Randomness as an argument: (seed, epoch, clip) decides, never the number of workers or what ran before.

Draws come from NumPy's Philox, a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
SC 2011), keyed by a hash (BLAKE2b) of what the draw is for.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def generator(seed: int, *key: int | str) -> np.random.Generator:
    """The generator of one thing. ``key`` says which: a purpose, then an epoch, a clip …"""
    import numpy as np

    return np.random.Generator(np.random.Philox(key=_digest(seed, *key)))


def torch_seed(seed: int, *key: int | str) -> int:
    """A seed for torch's generators, 0 to 2^63 - 1."""
    return _digest(seed, *key) >> 65


def _digest(seed: int, *key: int | str) -> int:
    """128 bits. JSON keeps 1 and "1", and (1, 0) and (1,), apart; NumPy's SeedSequence does not."""
    said = json.dumps([int(seed), *(part if isinstance(part, str) else int(part) for part in key)])
    return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=16).digest(), "big")
