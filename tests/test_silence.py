"""Windows in which there is nothing: not learnt from, not counted, and told of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile
from predicting import RATE, Recordings, level_predictor
from predicting import recordings as recordings
from test_preparation import SMALL, clips_in
from toy_runs import ToyRuns
from toy_runs import toy as toy
from toy_runs import write as write_float

import genrekit
from genrekit.heard import SILENT, heard, level_of
from genrekit.preparation import prepare
from genrekit.silence import SILENCE_PEAK, is_silent
from genrekit.store import Store
from genrekit.windows import Cutting
from genrekit_builtins.serial import Serial


@pytest.mark.parametrize(
    ("samples", "silent"),
    [
        ([], True),
        ([0.0, 0.0], True),
        ([0.0, 0.9e-4, -0.9e-4], True),
        ([0.0, SILENCE_PEAK], False),
        ([-SILENCE_PEAK, 0.0], False),
        ([0.0, np.nan], False),
    ],
)
def test_silence_is_what_no_sample_rises_above(samples: list[float], silent: bool) -> None:
    assert is_silent(np.array(samples, np.float32)) == silent


@pytest.mark.parametrize(
    ("amplitude", "within_db", "level"),
    [
        (1.0, 30.0, 0),
        (0.5, 30.0, -7),  # -6.02 dB, rounded down
        (0.0101, 1.0, -40),
        (0.0101, None, 0),
        (0.0, 30.0, SILENT),
        (0.0, None, SILENT),
        (np.nan, 30.0, 0),
        (np.inf, 30.0, 0),
    ],
)
def test_levels_are_whole_decibels(amplitude: float, within_db: float | None, level: int) -> None:
    assert level_of(np.full(8, amplitude, np.float32), within_db) == level


def test_silent_windows_are_left_out_unless_there_is_nothing_else() -> None:
    loud, silent = np.ones(3, np.float32), np.zeros(3, np.float32)
    found = heard([silent, loud, silent])
    assert ([id(one) for one in found.windows], found.silent, found.faint) == ([id(loud)], 2, 0)
    found = heard([silent, silent])
    assert (len(found.windows), found.silent, found.faint) == (2, 2, 0)


def test_faint_windows_are_left_out_if_asked() -> None:
    loud, softer, faint, silent = (np.full(3, level, np.float32) for level in (1.0, 0.101, 0.0101, 0.0))
    given = [faint, loud, silent, softer]
    assert [len(heard(given, within_db).windows) for within_db in (None, 50, 40, 39, 20, 19)] == [3, 3, 3, 2, 2, 1]
    found = heard(given, 30.0)
    assert ([id(one) for one in found.windows], found.silent, found.faint) == ([id(loud), id(softer)], 1, 1)
    found = heard([silent, silent], 30.0)
    assert (len(found.windows), found.silent, found.faint) == (2, 2, 0)


def test_padding_is_not_learnt_from(tmp_path: Path) -> None:
    window = SMALL.window_samples()
    sound = np.sin(np.arange(window) / 5) / 2
    (tmp_path / "low").mkdir()
    (tmp_path / "high").mkdir()
    soundfile.write(tmp_path / "low" / "padded.wav", np.concatenate([sound, np.zeros(2 * window)]), 8000)
    soundfile.write(tmp_path / "low" / "silent.wav", np.zeros(3 * window), 8000)
    soundfile.write(tmp_path / "high" / "whole.wav", np.concatenate([sound, sound, sound]), 8000)
    done = prepare(clips_in(tmp_path), SMALL, "waveform", Serial(), Store(tmp_path / "store"))
    found = {Path(result.path).stem: (result.windows, list(result.notes)) for result in done.usable.values()}
    assert found == {
        "padded": (1, ["silent in some windows, which do not count"]),
        "silent": (3, ["silent"]),
        "whole": (3, []),
    }


def test_faint_windows_are_trained_on_and_not_evaluated(tmp_path: Path) -> None:
    window = SMALL.window_samples()
    sound = np.sin(np.arange(window) / 5) / 2
    for label in ("low", "high"):
        (tmp_path / label).mkdir()
        soundfile.write(tmp_path / label / "clip.wav", np.concatenate([sound, sound / 50, 0 * sound]), 8000)
    clips, store = clips_in(tmp_path), Store(tmp_path / "store")
    silent = "silent in some windows, which do not count"
    faint = "faint in some windows, by more than 30 dB, which do not count"
    kept = {("train", 30.0): (2, (silent,)), ("test", 40.0): (2, (silent,)), ("test", 30.0): (1, (silent, faint))}
    for (part, within_db), expected in kept.items():
        given = clips.with_column("part", [part] * len(clips))
        done = prepare(given, SMALL, "waveform", Serial(), store, cutting=Cutting(None, within_db))
        assert {(result.windows, result.notes) for result in done.usable.values()} == {expected}
        assert not any(result.from_store for result in done.usable.values())


def test_padding_does_not_count(recordings: Recordings) -> None:
    names = [recordings.hold("whole", 1.0, 0.5), recordings.hold("padded", 0.0, 1.0, 0.0, 0.5, 0.0)]
    whole, padded = level_predictor().predict_many(names)
    assert padded.probabilities == whole.probabilities
    assert (padded.windows, padded.duration_s) == (2, 10.0)


@pytest.mark.parametrize(("within_db", "windows"), [(None, 4), (60.0, 4), (30.0, 2), (10.0, 1)])
def test_faint_windows_do_not_count(recordings: Recordings, within_db: float | None, windows: int) -> None:
    """Whatever comes first: only the end of a recording tells which of its windows is the loudest."""
    levels = (0.01, 1.0, 0.2, 0.0, 0.005)
    answers = [
        next(level_predictor(within_db=within_db).predict_many([recordings.hold(name, *order)]))
        for name, order in (("there", levels), ("back", levels[::-1]))
    ]
    counting = sorted(levels, reverse=True)[:windows]
    expected = next(level_predictor().predict_many([recordings.hold("counting", *counting)]))
    for answer in answers:
        assert answer.windows == windows
        assert answer.probabilities == pytest.approx(expected.probabilities, abs=1e-12)


def test_silence_alone_is_answered(recordings: Recordings) -> None:
    (silent,) = level_predictor().predict_many([recordings.hold("silent", 0.0, 0.0)])
    assert (silent.label, silent.windows) == ("quiet", 2)


def test_timelines_tell_of_silence_too(recordings: Recordings) -> None:
    windows = list(level_predictor().timeline(recordings.hold("song", 1.0, 0.0, 1.0)))
    assert [(window.start_s, window.label) for window in windows] == [(0, "loud"), (2, "quiet"), (4, "loud")]
    assert windows[-1].end_s == 6 * RATE / RATE


@pytest.mark.parametrize("options", [(), ("answers.within_db=20",), ("answers.within_db=20", "answers.overlap=0.5")])
def test_evaluation_and_prediction_leave_out_the_same(toy: ToyRuns, options: tuple[str, ...]) -> None:
    for path in sorted((toy.root / "tones").rglob("*.wav")):
        sound, rate = soundfile.read(path)
        write_float(path, np.concatenate([sound, sound / 30, np.zeros(2 * rate)]))
    folder = toy.run("train.epochs=1", *options).folder
    told = pl.read_csv(folder / "predictions.csv").filter(pl.col("part") == "validation")
    assert len(told) >= 3
    predictor = genrekit.load(folder)
    for row in told.iter_rows(named=True):
        answer = predictor.predict(row["path"])
        assert answer.windows < len(list(predictor.timeline(row["path"])))
        for label in predictor.labels:
            assert row[f"p({label})"] == pytest.approx(answer.probabilities[label], abs=1e-4)
