"""`background`: how loud, from which file, and the same again for the same draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from augmenting import assert_each_row_is_its_own
from pydantic import ValidationError

import genrekit
from genrekit.randomness import generator
from genrekit_builtins.background import Background, repeated


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name, samples in (("a", 500), ("b", 3000)):
        soundfile.write(tmp_path / f"{name}.wav", rng.normal(0, 0.1, samples), 8000, subtype="FLOAT")
    return tmp_path


def test_each_row_goes_by_its_own_draw(folder: Path) -> None:
    assert_each_row_is_its_own(Background(folder=folder, sample_rate=8000), torch.randn(5, 1003))


def test_the_ratio_of_signal_to_noise_is_the_drawn_one() -> None:
    torch.manual_seed(0)
    clip, noise = torch.randn(2, 4000), torch.randn(2, 4000)
    augmenter = Background(folder=Path("unused"), sample_rate=8000)
    out = augmenter.apply(clip, {"background": noise, "snr_db": torch.tensor([6.0, 20.0])})
    added = out - clip
    ratio = 10 * (clip.square().mean(1) / added.square().mean(1)).log10()
    torch.testing.assert_close(ratio, torch.tensor([6.0, 20.0]), rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(added[0] / noise[0], (added[0, 0] / noise[0, 0]).expand(4000), rtol=1e-2, atol=1e-3)


def test_silence_stays_as_it_is_on_either_side() -> None:
    augmenter = Background(folder=Path("unused"), sample_rate=8000)
    clip, noise = torch.randn(2, 100), torch.randn(2, 100)
    clip[0], noise[1] = 0, 0
    out = augmenter.apply(clip, {"background": noise, "snr_db": torch.tensor([0.0, 0.0])})
    assert torch.equal(out, clip)


def test_the_same_draw_is_the_same_stretch_of_the_same_file(folder: Path) -> None:
    augmenter = Background(folder=folder, sample_rate=8000, min_snr_db=3, max_snr_db=9)
    draws = [augmenter.draw(generator(seed), (1000,)) for seed in range(40)]
    again = augmenter.draw(generator(7), (1000,))
    assert np.array_equal(again["background"], draws[7]["background"])
    assert again["snr_db"] == draws[7]["snr_db"]
    assert all(3 <= draw["snr_db"] <= 9 and draw["background"].shape == (1000,) for draw in draws)
    files = {name: soundfile.read(folder / f"{name}.wav", dtype="float32")[0] for name in "ab"}
    short = [np.isin(draw["background"], files["a"]).all() for draw in draws]
    assert 0 < sum(short) < 40, "both files are used"


def test_a_short_recording_is_repeated_and_a_long_one_cut() -> None:
    assert repeated(np.arange(3), 0.34, 7).tolist() == [1, 2, 0, 1, 2, 0, 1]
    assert repeated(np.arange(6), 0.0, 4).tolist() == [0, 1, 2, 3]
    assert repeated(np.arange(6), 0.999, 4).tolist() == [2, 3, 4, 5]


def test_a_folder_without_audio_is_an_error(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(genrekit.DataError, match="holds no audio"):
            Background(folder=folder, sample_rate=8000).draw(generator(0), (10,))


def test_a_loudest_that_is_quieter_than_the_quietest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="min_snr_db 40 must not be above max_snr_db 30"):
        Background(folder=tmp_path, sample_rate=8000, min_snr_db=40)
