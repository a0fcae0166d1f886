"""Which fingerprints share landmarks that are all shifted alike: an inverted index in one sorted array.

At 256 landmarks of 8 bytes for every 33 s, and the array twice (by clip and sorted), a clip of 30 s takes 4 kB: 0.4 GB
for 100,000 clips. What is worked on beside that is bounded by `BLOCK`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.auditing.landmarks import FRAME_BITS, HASH_BITS

if TYPE_CHECKING:
    import numpy as np

NEIGHBOURS = 32
"""A landmark is compared with so many that have the same hash, the next clips'. Of a sound that is there a thousand
times each copy is tied to the next ones, which ties all together."""

BLOCK = 2**17
"""Landmarks looked up at a time."""

ENOUGH = 5
"""Landmarks shifted alike that make two recordings worth a closer look."""

SHARE = 0.02
"""… and the share of the smaller fingerprint that they must be."""


MOST = 2 ** (64 - HASH_BITS - FRAME_BITS) - 1
"""So many clips have numbers that fit."""

MOST_FRAMES = 2**FRAME_BITS - 1
ZERO = 2**20
"""What stands for no shift."""


@dataclass(frozen=True)
class Candidate:
    """``second`` may hold what ``first`` does, ``shift`` frames earlier; numbers of fingerprints, first < second."""

    first: int
    second: int
    shift: int
    hits: int


def candidates(fingerprints: Sequence[np.ndarray]) -> Iterator[Candidate]:
    """Pairs that share `ENOUGH` landmarks, each pair once, with its best shift; the pair's numbers ascend."""
    import numpy as np

    sizes = np.array([len(one) for one in fingerprints], np.int64)
    if len(sizes) > MOST:
        raise ValueError(f"{len(sizes)} fingerprints: {MOST} at most")
    coded = [one | np.uint64(number << FRAME_BITS) for number, one in enumerate(fingerprints)]
    everything = np.concatenate(coded) if coded else np.zeros(0, np.uint64)
    index = np.sort(everything)
    for start, stop in _blocks(sizes):
        yield from _best(_hits(everything[start:stop], index), sizes)


def _blocks(sizes: np.ndarray) -> Iterator[tuple[int, int]]:
    """(start, stop) of stretches of whole clips, about `BLOCK` landmarks each."""
    import numpy as np

    ends, start = np.cumsum(sizes), 0
    while len(ends) and start < ends[-1]:
        # At least one clip, however long.
        stop = int(ends[max(np.searchsorted(ends, start + BLOCK, "right") - 1, np.searchsorted(ends, start, "right"))])
        yield start, stop
        start = stop


def _hits(queries: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Landmarks of later clips with a query's hash: first clip (20 bits) | second clip (20) | shift + `ZERO` (24)."""
    import numpy as np

    frame, hash_, clip = np.uint64(MOST_FRAMES), np.uint64(64 - HASH_BITS), np.uint64(MOST)
    own = (queries >> np.uint64(FRAME_BITS)) & clip
    # The first landmark of a later clip with the same hash.
    at = np.searchsorted(index, (queries | frame) + np.uint64(1))
    found, left = [np.zeros(0, np.uint64)], np.arange(len(queries))
    for step in range(NEIGHBOURS):
        left = left[at[left] + step < len(index)]
        query, other = queries[left], index[at[left] + step]
        same = (other >> hash_) == (query >> hash_)
        left, query, other = left[same], query[same], other[same]
        shift = (other & frame) + np.uint64(ZERO) - (query & frame)
        second = (other >> np.uint64(FRAME_BITS)) & clip
        found.append((own[left] << np.uint64(44)) | (second << np.uint64(24)) | shift)
    return np.concatenate(found)


def _best(hits: np.ndarray, sizes: np.ndarray) -> Iterator[Candidate]:
    """For each pair the shift that most hits agree on, give or take a frame."""
    import numpy as np

    code, count = np.unique(hits, return_counts=True)
    # A shift that is no whole number of frames falls on two.
    beside = np.append(code[1:] == code[:-1] + np.uint64(1), False)
    total = count + np.where(beside, np.append(count[1:], 0), 0)
    pair = code >> np.uint64(24)
    first, second = (pair >> np.uint64(20)).astype(np.int64), (pair & np.uint64(MOST)).astype(np.int64)
    likely = (total >= ENOUGH) & (total >= SHARE * np.minimum(sizes[first], sizes[second]))
    rows = np.flatnonzero(likely)
    rows = rows[np.lexsort((-total[rows], pair[rows]))]
    _, kept = np.unique(pair[rows], return_index=True)
    for row in rows[kept].tolist():
        shift = int(code[row] & np.uint64(2**24 - 1)) - ZERO
        yield Candidate(int(first[row]), int(second[row]), shift, int(total[row]))
