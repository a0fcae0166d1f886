"""What is heard when: windows, segments, and memory that does not grow with the recording."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterator

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from predicting import LABELS, RATE, WINDOW, LevelEngine, Recordings, level_predictor
from predicting import recordings as recordings
from toy_runs import ToyRuns, write

import genrekit
from genrekit import decoding
from genrekit.answers import Prediction, Window
from genrekit.errors import AudioError, GenrekitError
from genrekit.timeline import Segment, segments


def test_each_window_tells_what_is_heard_in_it(recordings: Recordings) -> None:
    name = recordings.hold("song", 0.0, 0.5, 1.0, 1.0)
    found = list(level_predictor().timeline(name))
    assert [(window.start_s, window.end_s, window.label) for window in found] == [
        (0, 2, "quiet"),
        (2, 4, "medium"),
        (4, 6, "loud"),
        (6, 8, "loud"),
    ]
    for window in found:
        assert window.path == "song"
        assert sorted(window.probabilities) == sorted(LABELS)
        assert list(window.probabilities.values()) == sorted(window.probabilities.values(), reverse=True)
        assert window.probability == window.probabilities[window.label] == max(window.probabilities.values())
        assert sum(window.probabilities.values()) == pytest.approx(1, abs=1e-6)


def test_windows_overlap_when_the_hop_is_shorter(recordings: Recordings) -> None:
    name = recordings.hold("song", 0.0, 1.0)
    found = list(level_predictor().timeline(name, hop_s=0.4))
    assert [window.start_s for window in found] == [0, 0.4, 0.8, 1.2, 1.6, 2]
    assert [window.end_s for window in found] == [2, 2.4, 2.8, 3.2, 3.6, 4]
    assert [window.label for window in found] == ["quiet", "quiet", "medium", "medium", "loud", "loud"]


def test_last_window_ends_with_the_recording(recordings: Recordings) -> None:
    name = recordings.hold("song", 0.0, 0.0, 1.0, seconds=1.7)
    found = list(level_predictor().timeline(name))
    assert [(window.start_s, window.end_s) for window in found] == [(0, 2), (2, 4), (3.1, 5.1)]


def test_a_short_recording_ends_where_it_ends(recordings: Recordings) -> None:
    (window,) = level_predictor().timeline(recordings.hold("song", 1.0, seconds=0.05))
    assert (window.start_s, window.end_s) == (0, 0.05)


def test_the_windows_are_those_that_are_averaged(toy: ToyRuns) -> None:
    predictor = genrekit.load(toy.run("train.epochs=1").folder)
    waveform = np.random.default_rng(0).normal(0, 0.1, 10_000)
    long = write(toy.root / "long.wav", waveform)
    windows = list(predictor.timeline(long))
    assert [round(window.start_s * 8000) for window in windows] == [0, 4096, 5904]
    for window in windows:
        start = round(window.start_s * 8000)
        alone = predictor.predict(write(toy.root / "piece.wav", waveform[start : start + 4096]))
        assert window.probabilities == pytest.approx(alone.probabilities, abs=1e-6)
    whole = predictor.predict(long)
    for label in predictor.labels:
        mean = np.mean([window.probabilities[label] for window in windows])
        assert whole.probabilities[label] == pytest.approx(mean, abs=1e-6)


def test_timelines_end_each_file_with_its_answer(recordings: Recordings) -> None:
    names = [recordings.hold("a", 0.0, 1.0), "gone", recordings.hold("b", 0.5, 0.5, broken=True)]
    found = [(type(answer), answer.path) for answer in level_predictor().timelines(names)]
    assert found == [
        (Window, "a"),
        (Window, "a"),
        (Prediction, "a"),
        (Prediction, "gone"),
        (Window, "b"),
        (Prediction, "b"),
    ]


def test_a_file_that_breaks_off_tells_what_it_holds_first(recordings: Recordings) -> None:
    windows = level_predictor().timeline(recordings.hold("song", 0.0, 0.5, 1.0, broken=True))
    assert [next(windows).label, next(windows).label] == ["quiet", "medium"]
    with pytest.raises(AudioError, match="truncated"):
        next(windows)


@pytest.mark.parametrize("hop_s", [0, -1, 2.1, 1e-4, float("nan"), float("inf")])
def test_windows_neither_stand_still_nor_leave_gaps(recordings: Recordings, hop_s: float) -> None:
    with pytest.raises(GenrekitError, match=r"windows cannot be .* s apart\n  why: this model's are 2 s long"):
        level_predictor().timelines([recordings.hold("song", 0.0)], hop_s)


def window(start_s: float, end_s: float, label: str, probability: float) -> Window:
    return Window("song", start_s, end_s, label, probability, {label: probability}, (label,))


def test_windows_of_one_label_are_one_segment() -> None:
    windows = [window(0, 2, "a", 0.5), window(2, 4, "a", 0.7), window(4, 6, "b", 0.9), window(6, 8, "a", 0.4)]
    assert list(segments(windows)) == [
        Segment(0, 4, ("a",), pytest.approx(0.6), 2),
        Segment(4, 6, ("b",), 0.9, 1),
        Segment(6, 8, ("a",), 0.4, 1),
    ]
    assert list(segments([])) == []


def test_overlapping_windows_part_in_the_middle() -> None:
    windows = [window(0, 4, "a", 0.5), window(1, 5, "a", 0.5), window(2, 6, "b", 0.5), window(3, 7, "b", 0.5)]
    assert list(segments(windows)) == [Segment(0, 3.5, ("a",), 0.5, 2), Segment(3.5, 7, ("b",), 0.5, 2)]


@given(st.lists(st.sampled_from("abc"), min_size=1), st.integers(1, 8))
def test_segments_follow_one_another_from_start_to_end(labels: list[str], hop: int) -> None:
    windows = [window(index * hop, index * hop + 8, label, 0.5) for index, label in enumerate(labels)]
    found = list(segments(windows))
    assert (found[0].start_s, found[-1].end_s) == (0, windows[-1].end_s)
    assert [segment.labels[0] for segment in found] == [label for label, _ in itertools.groupby(labels)]
    assert sum(segment.windows for segment in found) == len(windows)
    for before, after in itertools.pairwise(found):
        assert before.start_s < before.end_s == after.start_s
        assert before.labels != after.labels


def test_a_segment_is_told_as_soon_as_the_next_begins() -> None:
    def windows() -> Iterator[Window]:
        yield from (window(0, 2, "a", 0.5), window(2, 4, "b", 0.5))
        raise AssertionError("asked for too much")

    assert next(segments(windows())).labels == ("a",)


def peak_of_hours(recordings: Recordings, hours: float) -> tuple[int, int]:
    """(most bytes held, windows) of a recording that is one block in a loop."""
    block = np.zeros(40 * RATE, np.float32)
    recordings["long"] = lambda: itertools.repeat(block, round(hours * 90))
    tracemalloc.start()
    try:
        windows = sum(1 for _ in level_predictor().timeline("long", hop_s=1))
        return tracemalloc.get_traced_memory()[1], windows
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_length(recordings: Recordings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "HELD_SAMPLES", 2**19)
    peak_of_hours(recordings, 0.1)
    (short, few), (long, many) = peak_of_hours(recordings, 0.5), peak_of_hours(recordings, 10)
    assert (few, many) == (0.5 * 3600 - 1, 10 * 3600 - 1)
    assert long < short + 2**20
    assert long < 4 * 4 * 2**19


def test_memory_does_not_grow_with_the_number_of_files(recordings: Recordings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "HELD_SAMPLES", 2**19)
    name = recordings.hold("song", 0.5, seconds=4)

    def peak(files: int) -> int:
        tracemalloc.start()
        try:
            assert sum(1 for _ in level_predictor().predict_many(itertools.repeat(name, files))) == files
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(2000) < peak(200) + 2**20


def test_a_long_file_among_short_ones_is_not_held(recordings: Recordings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "HELD_SAMPLES", 2**18)
    made, used = 0, 0

    def long() -> Iterator[np.ndarray]:
        nonlocal made
        for _ in range(4000):
            made += WINDOW
            yield np.zeros(WINDOW, np.float32)

    recordings["long"] = long
    names = [recordings.hold("a", 0.5), "long", recordings.hold("b", 0.5)]
    engine = LevelEngine()
    for answer in level_predictor(engine).timelines(names):
        used += WINDOW * isinstance(answer, Window)
        assert made - used <= 5 * decoding.BATCH_SAMPLES
    assert made == 4000 * WINDOW
