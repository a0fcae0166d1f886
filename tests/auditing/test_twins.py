"""Twins: copies are found through everything that copies go through, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soxr
from sounds import RATE, mp3, music, noise, tone, word, write

from genrekit.auditing.examination import Stretch, examine
from genrekit.auditing.twins import Twins, families, find_twins

Change = Callable[[Path, np.ndarray], Path]


def twins_of(*paths: Path) -> list[Twins]:
    stretches = [Stretch(row, str(path)) for row, path in enumerate(paths)]
    return find_twins([examine(stretch) for stretch in stretches], stretches)


def ogg(path: Path, waveform: np.ndarray) -> Path:
    return write(path.with_suffix(".ogg"), waveform, format="OGG", subtype="VORBIS")


def stereo(path: Path, waveform: np.ndarray) -> Path:
    return write(path, np.stack([waveform, 0.5 * waveform], axis=1))


CHANGES: dict[str, Change] = {
    "mp3 160": lambda path, x: mp3(path.with_suffix(".mp3"), x, level=0.0),
    "mp3 64": lambda path, x: mp3(path.with_suffix(".mp3"), x, level=0.6),
    "mp3 24": lambda path, x: mp3(path.with_suffix(".mp3"), x, level=0.9),
    "vorbis": ogg,
    "a tenth as loud": lambda path, x: write(path, 0.1 * x, subtype="FLOAT"),
    "the other sign": lambda path, x: write(path, -x, subtype="FLOAT"),
    "a later start": lambda path, x: write(path, x[7777:]),
    "an earlier end": lambda path, x: write(path, x[: len(x) // 2]),
    "silence before it": lambda path, x: write(path, np.concatenate([np.zeros(5001, np.float32), x])),
    "another rate": lambda path, x: write(path, soxr.resample(x, RATE, 44100), 44100),
    "two channels": stereo,
    "clipped": lambda path, x: write(path, np.clip(4 * x, -0.5, 0.5)),
    "mp3, later, less loud": lambda path, x: mp3(path.with_suffix(".mp3"), 0.4 * x[12345:], level=0.6),
}


@pytest.mark.parametrize("sound", [music, noise], ids=["music", "noise"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_copy_is_found(tmp_path: Path, sound: Callable[[int], np.ndarray], change: Change) -> None:
    original, waveform = write(tmp_path / "a.wav", sound(1)), sound(1)
    others = [write(tmp_path / f"other{seed}.wav", sound(seed)) for seed in (2, 3)]
    found = twins_of(original, *others, change(tmp_path / "b.wav", waveform))
    assert [(twins.first, twins.second, twins.kind) for twins in found] == [(0, 3, "sound")]
    assert found[0].similarity > 0.5


def test_where_a_copy_lies_is_told(tmp_path: Path) -> None:
    waveform = music(1)
    (found,) = twins_of(write(tmp_path / "a.wav", waveform), write(tmp_path / "b.wav", waveform[RATE:]))
    assert found.shift_s == pytest.approx(-1.0, abs=0.01)
    assert found.same_s == pytest.approx(5.0, abs=0.1)
    assert found.similarity > 0.9


@pytest.mark.parametrize("level", [0.0, 0.6])
def test_copies_of_short_words_are_found(tmp_path: Path, level: float) -> None:
    words = [write(tmp_path / f"{seed}.wav", word(seed), 8000) for seed in range(20)]
    copies = [mp3(tmp_path / f"{seed}.mp3", 0.5 * word(seed)[200:], 8000, level) for seed in range(20)]
    found = {(twins.first, twins.second) for twins in twins_of(*words, *copies)}
    assert found == {(row, row + 20) for row in range(20)}


@pytest.mark.parametrize("sound", [music, noise, tone, word])
def test_sounds_of_one_kind_are_no_twins(tmp_path: Path, sound: Callable[[int], np.ndarray]) -> None:
    rate = 8000 if sound is word else RATE
    assert twins_of(*(write(tmp_path / f"{seed}.wav", sound(seed), rate) for seed in range(12))) == []


def test_equal_bytes_and_equal_samples(tmp_path: Path) -> None:
    waveform = np.rint(music(1) * 20000).astype(np.int16)
    paths = [write(tmp_path / name, waveform) for name in ("a.wav", "b.wav", "c.flac")]
    found = twins_of(*paths)
    assert [(twins.first, twins.second, twins.kind) for twins in found] == [(0, 1, "bytes"), (0, 2, "samples")]
    assert families(found, 3) == [[0, 1, 2]]


def test_silent_clips_are_not_called_twins(tmp_path: Path) -> None:
    assert twins_of(*(write(tmp_path / f"{n}.wav", np.zeros(RATE, np.float32)) for n in range(3))) == []


def test_overlapping_stretches_of_a_file_are_twins(tmp_path: Path) -> None:
    path = str(write(tmp_path / "long.wav", music(1, 10)))
    spans = [(0.0, 4.0), (4.0, 3.0), (6.0, 4.0)]
    stretches = [Stretch(row, path, *span) for row, span in enumerate(spans)]
    found = find_twins([examine(stretch) for stretch in stretches], stretches)
    assert [(twins.first, twins.second, twins.kind) for twins in found] == [(1, 2, "overlap")]
    assert found[0].same_s == pytest.approx(1.0)


def test_a_thousandth_copy_is_tied_to_the_rest(tmp_path: Path) -> None:
    """More copies than landmarks are compared with neighbours: a chain ties them."""
    waveform = music(1, 3)
    paths = [write(tmp_path / f"{n}.wav", waveform * (1 - n / 100), subtype="FLOAT") for n in range(40)]
    assert families(twins_of(*paths), 40) == [list(range(40))]


def test_a_long_recording_holds_a_short_one(tmp_path: Path) -> None:
    long = music(1, 80)
    (found,) = twins_of(write(tmp_path / "a.wav", long), mp3(tmp_path / "b.mp3", long[60 * RATE : 66 * RATE]))
    assert found.shift_s == pytest.approx(-60, abs=0.1)


@pytest.mark.realdata
@pytest.mark.parametrize(("folder", "known"), [("gtzan_mini", 0), ("fsdd", 0), ("esc10", 2)])
def test_real_clips(real_data: Path, folder: str, known: int) -> None:
    """The two of ESC-10 are true: one fire was uploaded twice, and two stretches of each upload taken."""
    paths = sorted(path for path in (real_data / folder).rglob("*") if path.suffix in (".wav", ".ogg"))
    found = twins_of(*(paths[::4] if folder == "fsdd" else paths))
    assert len(found) == known
    names = {tuple(sorted(paths[row].stem for row in (one.first, one.second))) for one in found}
    assert ("2-28314-A", "2-30322-A") in names or not known


def test_files_that_cannot_be_read_have_no_twins(tmp_path: Path) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"RIFF")
    assert twins_of(bad, bad) == []
