"""The clips that the report shows: confusions with their lists, mistakes, what is heard and seen of them."""

from __future__ import annotations

import base64
import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from reporting import answers, guesses
from sklearn.metrics import confusion_matrix
from toy_runs import ToyRuns, write

from genrekit import recipe as recipes
from genrekit.component import FeatureExtractor
from genrekit.outcome import Outcome
from genrekit.report.confusion import MOST_LISTED, clip_name, common_folder, confusion
from genrekit.report.leakage import meter
from genrekit.report.listening import excerpt, loudest
from genrekit.report.mistakes import surest_mistakes
from genrekit.report.pictures import LARGEST, embedded
from genrekit.report.recipe_lines import recipe_lines
from genrekit.report.spectrogram import levels, ticks

LABELS = ["high", "low", "middle"]


def tone(hertz: float, seconds: float, rate: int = 8000, amplitude: float = 0.5) -> np.ndarray:
    """A sine, float32 [samples]."""
    sine: np.ndarray = amplitude * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)
    return sine.astype(np.float32)


def heard(source: str) -> tuple[np.ndarray, int]:
    """The samples of a data URI."""
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(source.split(",")[1])), dtype="float32")
    return samples, rate


def loudest_hertz(samples: np.ndarray, rate: int) -> float:
    """Where the spectrum has its peak."""
    return float(np.abs(np.fft.rfft(samples)).argmax() * rate / len(samples))


@pytest.fixture
def features(toy: ToyRuns) -> FeatureExtractor:
    """The toy's: 8 kHz, windows of 4096 samples, 0.512 s."""
    return recipes.load(toy.recipe).features


def test_the_matrix_is_scikit_learns() -> None:
    outcome = guesses(200, LABELS)
    found = [[cell.clips for cell in row] for row in confusion(outcome).rows]
    assert found == confusion_matrix(outcome.targets, outcome.predicted).tolist()
    assert confusion(outcome).right == int((outcome.targets == outcome.predicted).sum())


def test_every_cell_lists_its_clips_mistakes_the_surest_first_right_answers_the_unsurest_first() -> None:
    outcome = guesses(60, LABELS)
    found = confusion(outcome)
    for row in found.rows:
        for cell in row:
            clips = found.lists["cells"].get(cell.key, [])
            assert len(clips) == cell.clips
            true, said = outcome.targets, outcome.predicted
            expected = {f"{i}.wav" for i in range(60) if (true[i], said[i]) == (cell.true, cell.predicted)}
            assert {name for name, _, _ in clips} == expected
            odds = [odds for _, odds, _ in clips]
            assert odds == sorted(odds, reverse=cell.true != cell.predicted)


def test_lists_are_bounded() -> None:
    found = confusion(guesses(20_000, [str(index) for index in range(50)]))
    listed = {key: len(clips) for key, clips in found.lists["cells"].items()}
    cells = {cell.key: cell.clips for row in found.rows for cell in row if cell.clips}
    assert sum(listed.values()) <= max(MOST_LISTED, len(cells))
    assert listed.keys() == cells.keys()
    assert any(listed[key] < cells[key] for key in cells)


@pytest.mark.parametrize(
    ("paths", "folder"),
    [
        (["/a/b/1.wav", "/a/c/2.wav"], "/a/"),
        (["/a/b/1.wav"], "/a/b/"),
        (["/1.wav", "/a/2.wav"], "/"),
        (["1.wav", "2.wav"], ""),
        (["/a/1.wav", "b/2.wav"], ""),
        (["/ab/1.wav", "/abc/2.wav"], "/"),
        ([], ""),
    ],
)
def test_common_folder(paths: list[str], folder: str) -> None:
    assert common_folder(paths) == folder


def test_a_clip_of_a_part_of_a_file_says_which() -> None:
    outcome = dataclasses.replace(guesses(3, LABELS), starts_s=[0.0, 90.0, 1.5], durations_s=[None, 30.0, None])
    assert [clip_name(outcome, index) for index in range(3)] == ["0.wav", "1.wav [90–120 s]", "2.wav [1.5– s]"]


def test_an_excerpt_is_of_a_window_that_counts(tmp_path: Path, features: FeatureExtractor) -> None:
    window = features.window_samples()
    silence = np.zeros(window, np.float32)
    low, high = tone(300, window / 8000), tone(2000, window / 8000)
    path = write(tmp_path / "padded.wav", np.concatenate([silence, silence, low, silence, high[:window]]))
    outcome = dataclasses.replace(
        answers([0], np.zeros((1, 3)), LABELS),
        paths=[str(path)],
        logits=np.array([[0.0, 5.0, 0.0], [5.0, 0.0, 0.0]]),
        example_rows=np.array([0, 0]),
    )
    for label, hertz, start in ((0, 2000, 4), (1, 300, 2)):
        found = excerpt(outcome, 0, label, features)
        assert found.start_s == pytest.approx(start * window / 8000, abs=0.01)
        assert loudest_hertz(*heard(found.sound)) == pytest.approx(hertz, rel=0.05)


def test_the_surest_mistakes_come_first() -> None:
    logits = np.log([[0.1, 0.8, 0.1], [0.9, 0.05, 0.05], [0.05, 0.9, 0.05], [0.4, 0.3, 0.3]])
    assert surest_mistakes(answers([0, 0, 2, 1], logits, LABELS)) == [(2, 1), (0, 1), (3, 0)]


def test_with_several_labels_each_clip_counts_once_with_its_worst_label() -> None:
    truth = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 1]], dtype=bool)
    shares = np.array([[0.9, 0.7, 0.1], [0.2, 0.9, 0.1], [0.8, 0.2, 0.9]], dtype=np.float32)
    outcome = Outcome("test", LABELS, ["a", "b", "c"], np.arange(3), [None] * 3, truth, shares, 0.5, multi_label=True)
    assert surest_mistakes(outcome) == [(0, 2), (2, 0)], "'middle' missed at 0.1 is worse than 'low' heard at 0.7"


def test_what_is_heard_is_the_clips_stretch(tmp_path: Path, features: FeatureExtractor) -> None:
    """The file begins and ends with other sounds than the clip."""
    stretches = [tone(300, 2), tone(1000, 2), tone(3000, 2)]
    file = write(tmp_path / "long.wav", np.concatenate(stretches))
    outcome = answers([0], np.zeros((1, 3)), LABELS, [str(file)], starts_s=[2.0], durations_s=[2.0])
    found = excerpt(outcome, 0, 1, features)
    samples, rate = heard(found.sound)
    assert found.start_s == 2
    assert found.seconds == pytest.approx(0.512)
    assert loudest_hertz(samples, rate) == pytest.approx(1000, abs=10)


def test_what_is_heard_is_the_window_that_decided(tmp_path: Path, features: FeatureExtractor) -> None:
    window = 4096 / 8000
    file = write(tmp_path / "long.wav", np.concatenate([tone(hertz, window) for hertz in (300, 1000, 3000)]))
    windows = np.array([[5.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 4.0, 0.0]], dtype=np.float32)
    one = answers([0], np.zeros((1, 3)), LABELS, [str(file)])
    outcome = dataclasses.replace(one, logits=windows, example_rows=np.zeros(3, dtype=np.int64))
    found = excerpt(outcome, 0, 1, features)
    assert found.start_s == pytest.approx(2 * window)
    assert loudest_hertz(*heard(found.sound)) == pytest.approx(3000, abs=20)


def test_the_loudest_stretch_is_found() -> None:
    waveform = np.concatenate([np.zeros(1000), np.ones(500), np.zeros(1000)]).astype(np.float32)
    assert loudest(waveform, 500) == 1000
    assert loudest(waveform, 5000) == 0
    assert loudest(np.zeros(10, np.float32), 3) == 0


@pytest.mark.parametrize(("rate", "written"), [(1000, 8000), (8000, 8000), (20000, 16000), (96000, 48000)])
def test_any_sample_rate_can_be_heard(tmp_path: Path, features: FeatureExtractor, rate: int, written: int) -> None:
    file = write(tmp_path / "tone.wav", 3 * tone(300, 1, rate), rate)
    outcome = answers([0], np.zeros((1, 3)), LABELS, [str(file)])
    found = excerpt(outcome, 0, 1, features.model_copy(update={"sample_rate": rate}))
    samples, heard_rate = heard(found.sound)
    assert heard_rate == written
    assert np.abs(samples).max() < 1.1, "turned down to full scale"
    if len(samples) > 1000:
        assert loudest_hertz(samples, heard_rate) == pytest.approx(300, abs=20)


def test_the_spectrogram_shows_a_tone_where_its_tick_is() -> None:
    found = levels(tone(2000, 1, 16000), 16000)
    assert found.max() == 1
    place = {text: share for share, text in ticks(16000)}["2k"]
    assert (found.mean(axis=1).argmax() + 0.5) / len(found) == pytest.approx(place, abs=1.5 / len(found))
    assert found.mean() < 0.5


def test_silence_and_a_single_sample_have_a_spectrogram() -> None:
    assert levels(np.zeros(8000, np.float32), 8000).max() == 0
    assert np.isfinite(levels(np.ones(1, np.float32), 8000)).all()


def test_pictures_are_one_a_stem_and_not_too_large(tmp_path: Path) -> None:
    for name, size in {"a.png": 10, "a.svg": 10, "b.svg": LARGEST + 1, "b.png": 10, "c.png": LARGEST + 1}.items():
        (tmp_path / name).write_bytes(b"x" * size)
    found = {
        one.title: one for one in embedded([tmp_path / name for name in ("a.png", "a.svg", "b.svg", "b.png", "c.png")])
    }
    assert [(one.files, (one.source or "none")[:14]) for one in found.values()] == [
        (["a.png", "a.svg"], "data:image/svg"),
        (["b.svg", "b.png"], "data:image/png"),
        (["c.png"], "none"),
    ]


def test_lines_of_the_recipe_are_written_or_filled_in(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text('a = 1\nb = [\n    1,\n    2,\n]\n\n[c]\nd = 2\n\n[[e]]\nuse = "x"\nf = 3\n')
    (tmp_path / "recipe_as_written.toml").write_text('a = 1\n\n[[e]]\nuse = "x"\n')
    found = {line.text: line.written for line in recipe_lines(tmp_path) if line.text}
    assert found == {
        "a = 1": True, "b = [": False, "    1,": False, "    2,": False, "]": False,
        "[c]": False, "d = 2": False, "[[e]]": True, 'use = "x"': True, "f = 3": False,
    }  # fmt: skip
    (tmp_path / "recipe_as_written.toml").unlink()
    assert all(line.written for line in recipe_lines(tmp_path)), "an older run folder"


def test_no_meter_without_figures() -> None:
    assert meter(None) is None
    assert meter({"all": {"clips": 3}, "clean": {"clips": 3}}) is None
