"""Which clips hold the same sound: same bytes, same samples, the same stretch of a file, or found by fingerprint."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor as Pool
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from genrekit import audio
from genrekit.auditing.alignment import Likeness, compare
from genrekit.auditing.examination import Facts, Stretch
from genrekit.auditing.landmarks import HOP, RATE
from genrekit.auditing.matching import Candidate, candidates
from genrekit.console import Narrator
from genrekit.cpus import usable_cpus
from genrekit.errors import AudioError
from genrekit.silence import SILENCE_PEAK

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["bytes", "samples", "overlap", "sound"]

COMPARED_S = 20.0
"""At most so much of two recordings is decoded again to be compared."""


@dataclass(frozen=True)
class Twins:
    """Two rows of the clip table that hold the same sound.

    ``kind`` says how alike: the same bytes, the same samples, overlapping stretches of one file, or the same sound in
    another coding, loudness or position. ``shift_s``: what is at t in ``first`` is at t + shift_s in ``second``.
    ``same_s`` are the seconds that were found to be the same, of those compared; ``similarity`` is 0 to 1.
    """

    first: int
    second: int
    kind: Kind
    shift_s: float = 0.0
    same_s: float = 0.0
    similarity: float = 1.0


def find_twins(
    facts: Sequence[Facts],
    stretches: Sequence[Stretch],
    narrator: Narrator | None = None,
) -> list[Twins]:
    """All twins among usable clips, ``stretches[i]`` being what ``facts[i]`` is of.

    Of several equal clips each is tied to the first, and only the first is compared by its sound.
    """
    sounding = [one for one in facts if one.reason is None and one.mix_peak >= SILENCE_PEAK]
    found = list(_equal(sounding))
    first_of = {twins.second for twins in found}
    where = {stretch.row: stretch for stretch in stretches}
    found += _overlapping(where[one.row] for one in sounding)
    tied = {(twins.first, twins.second) for twins in found}
    alone = [one for one in sounding if one.row not in first_of]
    found += [
        twins for twins in _alike(alone, where, narrator or Narrator()) if (twins.first, twins.second) not in tied
    ]
    return sorted(found, key=lambda twins: (twins.first, twins.second))


def _equal(facts: Iterable[Facts]) -> Iterator[Twins]:
    first: dict[str, Facts] = {}
    for one in facts:
        other = first.setdefault(one.samples, one)
        if other is not one:
            kind: Kind = "bytes" if other.content == one.content else "samples"
            yield Twins(other.row, one.row, kind, same_s=one.duration_s)


def _overlapping(stretches: Iterable[Stretch]) -> Iterator[Twins]:
    """Stretches of one file that have more than a tenth of the shorter one in common."""
    by_file: dict[str, list[Stretch]] = {}
    for stretch in stretches:
        by_file.setdefault(stretch.path, []).append(stretch)
    for several in by_file.values():
        ordered = sorted(several, key=lambda stretch: (stretch.start_s, stretch.row))
        for one, other in itertools.pairwise(ordered):
            ends = [s.start_s + s.duration_s if s.duration_s else float("inf") for s in (one, other)]
            common = min(ends) - other.start_s
            if common > 0.1 * min(one.duration_s or common, other.duration_s or common) > 0:
                first, second = sorted((one, other), key=lambda stretch: stretch.row)
                same = common if common != float("inf") else 0.0
                yield Twins(first.row, second.row, "overlap", first.start_s - second.start_s, same)


def _alike(facts: Sequence[Facts], where: dict[int, Stretch], narrator: Narrator) -> Iterator[Twins]:
    """Those whose fingerprints and then whose waveforms agree."""
    pairs = list(candidates([one.landmarks for one in facts if one.landmarks is not None]))
    with ThreadPoolExecutor(usable_cpus()) as pool, narrator.steps("twins", len(pairs)) as advance:
        for pair, likeness in zip(pairs, _compared(pool, pairs, facts, where), strict=True):
            first, second = facts[pair.first], facts[pair.second]
            advance(first.path)
            if likeness.twins:
                shift_s = pair.shift * HOP / RATE
                yield Twins(first.row, second.row, "sound", shift_s, likeness.same_s, likeness.similarity)


def _compared(
    pool: Pool, pairs: Sequence[Candidate], facts: Sequence[Facts], where: dict[int, Stretch]
) -> Iterator[Likeness]:
    # In portions, so that Ctrl-C and memory do not wait for all of them.
    for start in range(0, len(pairs), 64):
        yield from pool.map(
            lambda pair: _listen(where[facts[pair.first].row], where[facts[pair.second].row], pair.shift),
            pairs[start : start + 64],
        )


def _listen(first: Stretch, second: Stretch, shift: int) -> Likeness:
    """Decode what two clips have in common, if they are as far apart as their landmarks are, and compare it."""
    shift_s = shift * HOP / RATE
    try:
        return compare(_read(first, max(0.0, -shift_s)), _read(second, max(0.0, shift_s)))
    except AudioError:
        # One of them was fine a minute ago; it is gone, or the landmarks lie in its very last frame.
        return Likeness(0.0, 0.0, 0.0)


def _read(stretch: Stretch, from_s: float) -> np.ndarray:
    left = None if stretch.duration_s is None else stretch.duration_s - from_s
    return audio.read(
        stretch.path, RATE, stretch.start_s + from_s, COMPARED_S if left is None else min(left, COMPARED_S)
    )


def families(twins: Iterable[Twins], rows: int) -> list[list[int]]:
    """Rows that are twins of each other, directly or through others: each family ascending, of two at least."""
    pairs = [(one.first, one.second) for one in twins]
    family, members = connected(pairs, rows), dict[int, list[int]]()
    for row in sorted({row for pair in pairs for row in pair}):
        members.setdefault(family[row], []).append(row)
    return sorted(members.values())


def connected(pairs: Sequence[tuple[int, int]], count: int) -> list[int]:
    """For each of ``count`` things the number of its family, where ``pairs`` tie things together."""
    import numpy as np
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    ends = np.array(pairs, np.int64).reshape(-1, 2)
    graph = sparse.coo_array((np.ones(len(ends), bool), (ends[:, 0], ends[:, 1])), shape=(count, count))
    family: list[int] = connected_components(graph, directed=False)[1].tolist() if count else []
    return family
