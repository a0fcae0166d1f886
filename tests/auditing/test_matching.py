"""The inverted index against comparing all with all; fingerprints against what they are to survive."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sounds import music

from genrekit.auditing import matching
from genrekit.auditing.landmarks import HOP, KEPT, RATE, fingerprint, landmarks, pack, peaks, spectrogram
from genrekit.auditing.matching import Candidate, candidates

LANDMARKS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 12)), max_size=14, unique=True)


def by_hand(prints: list[list[tuple[int, int]]]) -> dict[tuple[int, int], int]:
    """Every pair's largest number of landmarks with one shift, or with that and the next."""
    found = {}
    for first in range(len(prints)):
        for second in range(first + 1, len(prints)):
            shifts = Counter(tb - ta for ha, ta in prints[first] for hb, tb in prints[second] if ha == hb)
            best = max((count + shifts[shift + 1] for shift, count in shifts.items()), default=0)
            if best >= matching.ENOUGH:
                found[first, second] = best
    return found


@settings(max_examples=80)
@given(st.lists(LANDMARKS, max_size=5))
def test_the_index_finds_what_comparing_all_finds(prints: list[list[tuple[int, int]]]) -> None:
    packed = [pack(*np.array(one, np.int64).reshape(-1, 2).T) for one in prints]
    # Wide enough that no landmark has more neighbours than are looked at.
    matching_neighbours, matching.NEIGHBOURS = matching.NEIGHBOURS, 100
    try:
        found = {(one.first, one.second): one.hits for one in candidates(packed)}
    finally:
        matching.NEIGHBOURS = matching_neighbours
    assert found == by_hand(prints)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    prints = [pack(rng.integers(0, 40, n), rng.integers(0, 30, n)) for n in rng.integers(0, 60, 12)]
    whole = list(candidates(prints))
    assert whole
    monkeypatch.setattr(matching, "BLOCK", 50)
    assert list(candidates(prints)) == whole


def test_nothing_to_compare() -> None:
    assert list(candidates([])) == []
    assert list(candidates([np.zeros(0, np.uint64)] * 3)) == []


def test_a_shifted_copy_has_its_shift() -> None:
    one = pack(np.arange(20), np.arange(20))
    assert list(candidates([one, pack(np.arange(20), np.arange(20) + 7)])) == [Candidate(0, 1, 7, 20)]


def test_landmarks_are_the_same_at_any_gain_and_shifted_by_whole_frames() -> None:
    waveform = music(1, 3, RATE)
    hashes, frames = landmarks(waveform)
    louder = landmarks(3 * waveform)
    assert np.array_equal(hashes, louder[0])
    assert np.array_equal(frames, louder[1])
    later = set(zip(*landmarks(waveform[10 * HOP :]), strict=True))
    expected = {(code, frame - 10) for code, frame in zip(hashes, frames, strict=True)}
    # All but those at the seam.
    assert len(later & expected) > 0.9 * len(later)


def test_a_peak_is_the_largest_around() -> None:
    magnitudes = np.full((40, 60), 0.01, np.float32)
    magnitudes[10, 20], magnitudes[12, 22], magnitudes[30, 50], magnitudes[35, 1] = 1.0, 0.9, 0.5, 1.0
    magnitudes += np.linspace(0, 1e-4, 2400, dtype=np.float32).reshape(40, 60)
    frame, bin_ = peaks(magnitudes)
    strong = [(f, b) for f, b in zip(frame.tolist(), bin_.tolist(), strict=True) if magnitudes[f, b] > 0.1]
    assert strong == [(10, 20), (30, 50)]


def test_silence_has_no_landmarks() -> None:
    assert len(fingerprint([np.zeros(RATE, np.float32)])) == 0
    assert len(fingerprint([np.zeros(10, np.float32)])) == 0
    assert spectrogram(np.zeros(0, np.float32)).shape == (1, 128)


def test_fingerprints_do_not_depend_on_blocks_and_are_bounded() -> None:
    waveform = music(2, 40, RATE)
    whole = fingerprint([waveform])
    assert np.array_equal(whole, fingerprint(np.array_split(waveform, 17)))
    assert len(whole) == 2 * KEPT
    hashes, frames = landmarks(waveform[: 33 * RATE])
    assert len(hashes) > 10 * KEPT
    assert frames.max() < 33 * RATE / HOP
