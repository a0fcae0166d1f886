"""Predictions of many recordings: in order, in batches, with bounded look-ahead."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from predicting import RATE, WINDOW, LevelEngine, Recordings, level_predictor
from predicting import recordings as recordings
from toy_runs import ToyRuns

import genrekit
from genrekit import decoding, onnx_engine
from genrekit.errors import AudioError
from genrekit.predict import answers
from genrekit.testing.bundles import write_bundle


def test_answers_follow_the_files_however_long_each_takes(recordings: Recordings) -> None:
    def slow(seconds: float, level: float) -> Iterator[np.ndarray]:
        time.sleep(seconds)
        yield np.full(1500, level, np.float32)

    names = [f"{index}.wav" for index in range(12)]
    for index, name in enumerate(names):
        recordings[name] = lambda index=index: slow(0.03 * (index % 3 == 0), (index % 3) / 2)  # type: ignore[misc]
    found = list(level_predictor().predict_many([*names, "gone.wav"]))
    assert [prediction.path for prediction in found] == [*names, "gone.wav"]
    assert [prediction.label for prediction in found[:-1]] == ["quiet", "medium", "loud"] * 4
    assert (found[-1].status, found[-1].reason) == ("failed", "cannot be decoded")


def test_windows_of_one_length_are_one_call(recordings: Recordings) -> None:
    engine = LevelEngine()
    names = [recordings.hold(f"{index}.wav", 0.5, seconds=1 + index % 2) for index in range(8)]
    list(level_predictor(engine).predict_many(names))
    assert sorted(engine.shapes) == [(4, RATE), (4, 2 * RATE)]


def test_windows_beyond_the_batch_size_are_one_call_each(recordings: Recordings) -> None:
    engine = LevelEngine()
    window = decoding.BATCH_SAMPLES
    names = [recordings.hold(f"{index}.wav", 0.5, seconds=2 * window / RATE) for index in range(3)]
    list(level_predictor(engine, window=window).predict_many(names))
    assert engine.shapes == [(1, window)] * 6


def test_batching_changes_no_answer(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    predictor = genrekit.load(toy.run("train.epochs=1").folder)
    files = sorted(toy.tones.rglob("*.wav"))
    shapes: list[tuple[int, ...]] = []

    def engine(waveform: np.ndarray) -> np.ndarray:
        shapes.append(waveform.shape)
        return predictor.engine(waveform)

    together = list(replace(predictor, engine=engine).predict_many(files))
    assert max(shapes)[0] >= 16
    monkeypatch.setattr(decoding, "BATCH_SAMPLES", 1)
    shapes.clear()
    alone = list(replace(predictor, engine=engine).predict_many(files))
    assert {shape[0] for shape in shapes} == {1}
    for one, other in zip(together, alone, strict=True):
        assert one.label == other.label
        for label, probability in one.probabilities.items():
            assert probability == pytest.approx(other.probabilities[label], abs=1e-6)


def test_rows_come_back_in_order_whatever_their_lengths() -> None:
    rng = np.random.default_rng(0)
    waveforms = [rng.random(length, np.float32) for length in rng.integers(1, 4, 20)]
    engine = LevelEngine()
    found = answers(engine, waveforms)
    assert len(engine.shapes) == len({len(waveform) for waveform in waveforms})
    for waveform, row in zip(waveforms, found, strict=True):
        np.testing.assert_array_equal(row, LevelEngine()(waveform[None])[0])
    assert answers(engine, []) == []


def test_a_slow_model_holds_the_decoders_back(recordings: Recordings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "BATCH_SAMPLES", WINDOW)
    monkeypatch.setattr(decoding, "HELD_SAMPLES", 8 * WINDOW)
    monkeypatch.setattr(decoding, "usable_cpus", lambda: 2)
    decoded, engine = 0, LevelEngine()

    def long(windows: int) -> Iterator[np.ndarray]:
        nonlocal decoded
        for _ in range(windows):
            decoded += 1
            yield np.zeros(WINDOW, np.float32)

    for index in range(40):
        recordings[f"{index}.wav"] = lambda index=index: long(30 if index % 2 else 1)  # type: ignore[misc]

    def check() -> None:
        time.sleep(0.001)
        # Of eight files two windows wait and one is cut next; of the two in work one more is in hand.
        assert decoded - len(engine.shapes) <= 8 * 3 + 2 + 1

    engine.before = check
    assert len(list(level_predictor(engine).predict_many([f"{index}.wav" for index in range(40)]))) == 40
    assert len(engine.shapes) == 20 * 31


def test_a_file_that_breaks_off_fails_alone(recordings: Recordings) -> None:
    names = [recordings.hold("a", 0.0), recordings.hold("b", 0.5, 0.5, 0.5, broken=True), recordings.hold("c", 1.0)]
    found = list(level_predictor().predict_many(names))
    assert [(one.label, one.status, one.reason) for one in found] == [
        ("quiet", "ok", None),
        (None, "failed", "truncated"),
        ("loud", "ok", None),
    ]
    with pytest.raises(AudioError, match="truncated"):
        level_predictor().predict("b")


def test_exact_windows_are_cropped_or_padded(recordings: Recordings) -> None:
    engine = LevelEngine()
    names = [recordings.hold("short", 1.0, seconds=0.5), recordings.hold("tolerated", 1.0, seconds=2.1)]
    short, tolerated = level_predictor(engine, any_length=False).predict_many(names)
    assert engine.shapes == [(2, WINDOW)]
    assert (short.duration_s, tolerated.duration_s) == (0.5, 2.1)
    assert (short.label, tolerated.label) == ("quiet", "loud")


@pytest.mark.parametrize(("usable", "threads"), [(3, 3), (8, 0)])
def test_onnxruntime_keeps_to_the_usable_cpus(monkeypatch: pytest.MonkeyPatch, usable: int, threads: int) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(onnx_engine, "usable_cpus", lambda: usable)
    # Zero leaves the choice to onnxruntime: a thread for each physical core.
    assert onnx_engine.session_options().intra_op_num_threads == threads


def test_prediction_loads_no_plugin(toy: ToyRuns) -> None:
    folder = toy.run("train.epochs=1").folder
    code = (
        "import sys; from genrekit.cli import main; assert main(sys.argv[1:]) == 0;"
        "print([name for name in ('genrekit_builtins', 'rich', 'torch') if name in sys.modules])"
    )
    arguments = ["predict", str(toy.tones / "low" / "0.wav"), "--model", str(folder)]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_model_without_onnx_finds_its_plugin(toy: ToyRuns) -> None:
    folder = toy.run("train.epochs=1", "model.exports=false").folder
    assert not (folder / "bundle" / "model.onnx").exists()
    code = "import sys; from genrekit.cli import main; sys.exit(main(sys.argv[1:]))"
    plugin = str(Path(__file__).with_name("toy_plugin.py"))
    line = [sys.executable, "-c", code, "predict", str(toy.tones / "low" / "0.wav"), "--model", str(folder)]
    without = subprocess.run(line, capture_output=True, encoding="utf-8", check=False)
    assert (without.returncode, without.stdout) == (2, "")
    assert "the bundle needs the features 'toy-bands', which is not installed" in without.stderr
    done = subprocess.run([*line, "--plugin", plugin], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.startswith(line[4])


def test_nothing_is_being_imported_any_more_when_a_model_is_loaded(tmp_path: Path) -> None:
    """A process that is forked then would find it locked for ever."""
    genrekit.load(write_bundle(tmp_path / "bundle"))
    assert "genrekit import" not in {thread.name for thread in threading.enumerate()}
