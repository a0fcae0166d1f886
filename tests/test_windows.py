from __future__ import annotations

from collections.abc import Iterator

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from genrekit.windows import TOLERANCE, cut, fit, window_spans


@pytest.mark.parametrize(
    ("samples", "spans"),
    [
        (0, [(0, 0)]),
        (1, [(0, 1)]),
        (100, [(0, 100)]),
        (110, [(0, 110)]),
        (111, [(0, 100), (11, 100)]),
        (200, [(0, 100), (100, 100)]),
        (210, [(0, 100), (100, 100)]),
        (211, [(0, 100), (100, 100), (111, 100)]),
        (350, [(0, 100), (100, 100), (200, 100), (250, 100)]),
    ],
)
def test_windows_of_a_hundred_samples(samples: int, spans: list[tuple[int, int]]) -> None:
    assert window_spans(samples, 100) == spans


@pytest.mark.parametrize(
    ("samples", "spans"),
    [
        (104, [(0, 104)]),
        (105, [(0, 100), (5, 100)]),
        (140, [(0, 100), (40, 100)]),
        (144, [(0, 100), (40, 100)]),
        (145, [(0, 100), (40, 100), (45, 100)]),
        (200, [(0, 100), (40, 100), (80, 100), (100, 100)]),
    ],
)
def test_windows_of_a_hundred_samples_every_forty(samples: int, spans: list[tuple[int, int]]) -> None:
    assert window_spans(samples, 100, 40) == spans


SIZES = st.tuples(st.integers(0, 500), st.integers(1, 120))


@given(SIZES)
def test_nothing_is_left_out_but_a_remainder_not_worth_a_window(sizes: tuple[int, int]) -> None:
    samples, window = sizes
    spans = window_spans(samples, window)
    covered = np.zeros(samples, bool)
    for start, length in spans:
        assert 0 <= start <= start + length <= samples
        covered[start : start + length] = True
    left_out = np.flatnonzero(~covered)
    assert len(left_out) <= window // TOLERANCE
    assert left_out.tolist() == list(range(samples - len(left_out), samples))
    assert [start for start, _ in spans] == sorted({start for start, _ in spans})


@given(SIZES, st.integers(1, 120))
def test_overlapping_windows_start_every_hop_and_end_with_the_recording(sizes: tuple[int, int], hop: int) -> None:
    samples, window = sizes
    hop = min(hop, window)
    *regular, last = (start for start, _ in window_spans(samples, window, hop))
    assert regular == list(range(0, len(regular) * hop, hop))
    assert last <= len(regular) * hop
    assert samples - hop // TOLERANCE <= last + window or not regular
    assert last + window <= samples or not regular


@given(SIZES)
def test_windows_are_whole_unless_the_recording_is_shorter(sizes: tuple[int, int]) -> None:
    samples, window = sizes
    lengths = {length for _, length in window_spans(samples, window)}
    assert lengths == {samples if samples <= window + window // TOLERANCE else window}


@given(SIZES, st.data())
def test_a_stream_is_cut_like_the_whole_however_it_comes_in_blocks(sizes: tuple[int, int], data: st.DataObject) -> None:
    samples, window = sizes
    hop = data.draw(st.one_of(st.none(), st.integers(1, window)))
    ends = data.draw(st.lists(st.integers(0, samples), max_size=12)) if samples else []
    recording = np.arange(samples, dtype=np.float32)
    blocks = np.split(recording, sorted(ends))

    windows = list(cut(blocks, window, hop))

    assert [(start, len(waveform)) for start, waveform in windows] == window_spans(samples, window, hop)
    for start, waveform in windows:
        np.testing.assert_array_equal(waveform, recording[start : start + len(waveform)])


def test_an_empty_stream_is_one_empty_window() -> None:
    assert [(start, waveform.tolist()) for start, waveform in cut([], 10)] == [(0, [])]


def test_no_more_is_held_than_two_windows_and_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []
    concatenate = np.concatenate

    def measured(arrays: list[np.ndarray]) -> np.ndarray:
        joined = concatenate(arrays)
        held.append(len(joined))
        return joined

    monkeypatch.setattr(np, "concatenate", measured)

    def blocks() -> Iterator[np.ndarray]:
        for _ in range(1000):
            yield np.zeros(70, np.float32)

    count = sum(1 for _ in cut(blocks(), 100))
    assert count == len(window_spans(70_000, 100)) == 700
    assert max(held) <= 2 * 100 + 100 // TOLERANCE + 70


@pytest.mark.parametrize(
    ("length", "minimum", "exact", "expected"),
    [
        (3, 1, None, [1, 2, 3]),
        (3, 3, None, [1, 2, 3]),
        (3, 5, None, [1, 2, 3, 0, 0]),
        (3, 1, 2, [1, 2]),
        (3, 1, 4, [1, 2, 3, 0]),
        (3, 9, 4, [1, 2, 3, 0]),
        (0, 2, None, [0, 0]),
    ],
)
def test_fit(length: int, minimum: int, exact: int | None, expected: list[int]) -> None:
    waveform = np.arange(1, length + 1, dtype=np.float32)
    fitted = fit(waveform, minimum, exact)
    assert fitted.tolist() == expected
    assert fitted.dtype == np.float32
