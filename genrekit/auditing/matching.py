"""Which fingerprints share landmarks that are all shifted alike: an inverted index in one sorted array.

At 256 landmarks of 8 bytes for every 33 s, and the array twice (by clip and sorted), a clip of 30 s takes 4 kB: 0.4 GB
for 100,000 clips. What is worked on beside that is bounded by `BLOCK`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    if len(sizes) >= 2**24:
        raise ValueError(f"{len(sizes)} fingerprints: 16,777,215 at most")
    # hash (20 bits) | clip (24) | frame (20)
    coded = [one | np.uint64(number << 20) for number, one in enumerate(fingerprints)]
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
    """Landmarks of later clips with a query's hash: first clip (24 bits) | second clip (24) | shift + 2^15 (16)."""
    import numpy as np

    clip = (queries >> np.uint64(20)) & np.uint64(0xFFFFFF)
    # The first landmark of a later clip with the same hash.
    at = np.searchsorted(index, (queries | np.uint64(0xFFFFF)) + np.uint64(1))
    found: list[np.ndarray] = []
    for step in range(NEIGHBOURS):
        here = at + step < len(index)
        other = index[np.where(here, at + step, 0)]
        here &= (other >> np.uint64(44)) == (queries >> np.uint64(44))
        shift = (other & np.uint64(0xFFFFF)).astype(np.int64) - (queries & np.uint64(0xFFFFF)).astype(np.int64)
        here &= abs(shift) < 2**15
        second = (other >> np.uint64(20)) & np.uint64(0xFFFFFF)
        code = (clip << np.uint64(40)) | (second << np.uint64(16)) | (shift + 2**15).astype(np.uint64)
        found.append(code[here])
    return np.concatenate(found)


def _best(hits: np.ndarray, sizes: np.ndarray) -> Iterator[Candidate]:
    """For each pair the shift that most hits agree on, give or take a frame."""
    import numpy as np

    code, count = np.unique(hits, return_counts=True)
    # A shift that is no whole number of frames falls on two.
    beside = np.append(code[1:] == code[:-1] + np.uint64(1), False)
    total = count + np.where(beside, np.append(count[1:], 0), 0)
    pair = code >> np.uint64(16)
    first, second = (pair >> np.uint64(24)).astype(np.int64), (pair & np.uint64(0xFFFFFF)).astype(np.int64)
    likely = (total >= ENOUGH) & (total >= SHARE * np.minimum(sizes[first], sizes[second]))
    rows = np.flatnonzero(likely)
    rows = rows[np.lexsort((-total[rows], pair[rows]))]
    _, kept = np.unique(pair[rows], return_index=True)
    for row in rows[kept].tolist():
        shift = int(code[row] & np.uint64(0xFFFF)) - 2**15
        yield Candidate(int(first[row]), int(second[row]), shift, int(total[row]))
