from __future__ import annotations

import os
import time
import wave
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from genrekit import DataError
from genrekit_builtins.random_split import RandomSplit
from genrekit_builtins.synth import Synth
from genrekit_builtins.synth_files import Studio
from genrekit_builtins.synth_styles import STYLES

SMALL = {"clips_per_class": 4, "classes": 2, "seconds": 1.0, "sample_rate": 8000}


def samples(path: str | Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def test_files_are_named_by_style_and_number(tmp_path: Path) -> None:
    clips = Synth(root=tmp_path, **SMALL).clips()
    names = [Path(path).relative_to(tmp_path).as_posix() for path in clips.column("path")]
    assert names == [f"{style}/{style}.{index:05d}.wav" for style in ("ambient", "arpeggio") for index in range(4)]
    assert clips.single_labels() == ["ambient"] * 4 + ["arpeggio"] * 4
    assert clips.column("group")[:5] == ["ambient artist 0"] * 3 + ["ambient artist 1", "arpeggio artist 0"]
    for path in clips.column("path"):
        assert samples(path).shape == (8000,)
        with wave.open(path) as file:
            assert file.getframerate() == 8000


def test_the_same_options_give_the_same_bytes_and_another_seed_other_ones(tmp_path: Path) -> None:
    first, again, other = (
        Synth(root=tmp_path / name, seed=seed, **SMALL).clips().column("path")
        for name, seed in [("a", 1), ("b", 1), ("c", 2)]
    )
    for one, two, three in zip(first, again, other, strict=True):
        assert Path(one).read_bytes() == Path(two).read_bytes()
        assert Path(one).read_bytes() != Path(three).read_bytes()


def test_no_two_clips_are_alike(tmp_path: Path) -> None:
    paths = Synth(root=tmp_path, **SMALL).clips().column("path")
    assert len({Path(path).read_bytes() for path in paths}) == len(paths)


def test_only_what_is_missing_or_cut_short_is_written(tmp_path: Path) -> None:
    paths = [Path(path) for path in Synth(root=tmp_path, **SMALL).clips().column("path")]
    before = [path.read_bytes() for path in paths]
    paths[1].unlink()
    paths[2].write_bytes(before[2][:100])
    for path in (path for path in paths if path.exists()):
        os.utime(path, (1, 1))
    more = Synth(root=tmp_path, **(SMALL | {"clips_per_class": 6})).clips()
    assert [path.read_bytes() for path in paths] == before
    assert [path.stat().st_mtime == 1 for path in paths] == [True, False, False] + [True] * 5
    assert len(more) == 12


def test_an_interruption_leaves_no_file_that_looks_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            Synth(root=tmp_path, **SMALL).clips()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_folder_of_other_options_is_refused(tmp_path: Path) -> None:
    Synth(root=tmp_path, **SMALL).clips()
    with pytest.raises(
        DataError, match=r"other options\n  why: it holds v1-seed0-1s-8000hz, the recipe asks for .*seed3"
    ):
        Synth(root=tmp_path, seed=3, **SMALL).clips()


def test_without_a_root_the_cache_folder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path))
    paths = Synth(seed=7, **SMALL).clips().column("path")
    assert paths[0] == str(tmp_path / "synth" / "v1-seed7-1s-8000hz" / "ambient" / "ambient.00000.wav")


def test_a_root_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot write clips into"):
        Synth(root=tmp_path / "file" / "below", **SMALL).clips()


def test_artists_can_be_kept_apart(tmp_path: Path) -> None:
    clips = Synth(root=tmp_path, **(SMALL | {"clips_per_class": 12})).clips()
    split = RandomSplit(validation=0.25, test=0.25).split(clips, 0)
    assert split.counts() == {"train": 12, "validation": 6, "test": 6}
    assert split.table.group_by("group").n_unique().get_column("part").max() == 1


@given(
    style=st.sampled_from(STYLES),
    seconds=st.floats(1, 4),
    sample_rate=st.sampled_from([8000, 22050, 44100]),
    index=st.integers(0, 10**5),
)
@settings(deadline=None, max_examples=40)
def test_every_clip_is_sound_within_bounds(style: object, seconds: float, sample_rate: int, index: int) -> None:
    waveform = Studio(0, seconds, sample_rate).waveform(style, index)
    assert waveform.shape == (round(seconds * sample_rate),)
    assert waveform.dtype == np.float32
    assert np.abs(waveform).max() < 1
    level = 10 * np.log10(np.mean(waveform.astype(float) ** 2))
    assert -31 < level < -18


def test_styles_are_told_apart_by_sound_and_not_by_level() -> None:
    """Nearest centroid on artists never heard: spectra tell most styles, level tells nothing."""
    studio = Studio(0, 3.0, 16000)
    waveforms = np.stack([[studio.waveform(style, index) for index in range(24)] for style in STYLES])
    frames = waveforms[..., :46080].reshape(10, 24, 90, 512) * np.hanning(512)
    bands = np.abs(np.fft.rfft(frames))[..., :256].reshape(10, 24, 90, 64, 4).sum(-1)
    log = np.log(bands + 1e-4)
    log = (log - log.mean((2, 3), keepdims=True)) / log.std((2, 3), keepdims=True)
    sound = np.concatenate([log.mean(2), log.std(2), np.abs(np.diff(log, axis=2)).mean(2)], axis=-1)
    level = np.log(np.mean(waveforms**2, axis=-1, keepdims=True))
    assert nearest_centroid_accuracy(sound) > 0.75
    assert nearest_centroid_accuracy(level) < 0.25


def nearest_centroid_accuracy(features: np.ndarray) -> float:
    """``features`` [styles, clips, numbers]: the first half of each style's clips teaches, the second is asked."""
    half = features.shape[1] // 2
    centroids = features[:, :half].mean(1)
    distance = np.linalg.norm(features[:, half:, None] - centroids, axis=-1)
    return float(np.mean(distance.argmin(-1) == np.arange(len(features))[:, None]))


def test_styles_have_rhythms_of_whole_bars_and_names_of_their_own() -> None:
    assert len(STYLES) == len({style.name for style in STYLES}) == 10
    for style in STYLES:
        steps = style.beats * style.steps_per_beat
        rhythms = [voice.rhythm for voice in style.voices] + list(style.drums.values())
        assert {len(rhythm) for rhythm in rhythms} == {steps}
        assert set("".join(rhythms)) <= set("xo.")
        assert set(style.drums) <= {"kick", "snare", "hat"}


def test_a_clip_takes_milliseconds() -> None:
    studio = Studio(0, 3.0, 22050)
    begin = time.perf_counter()
    for style in STYLES:
        studio.waveform(style, 0)
    assert time.perf_counter() - begin < 2


@pytest.mark.parametrize("options", [{"classes": 11}, {"classes": 0}, {"seconds": 0.5}, {"sample_rate": 4000}])
def test_options_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Synth(**options)


def test_all_ten_styles_are_there(tmp_path: Path) -> None:
    clips = Synth(root=tmp_path, clips_per_class=1, seconds=1, sample_rate=8000).clips()
    assert Counter(clips.single_labels()) == {style.name: 1 for style in STYLES}
