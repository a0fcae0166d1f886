"""The table of transforms, their options, and what a seed decides."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import Any

import genrekit_audiomentations.augmenter as augmenter_module
import numpy as np
import pytest
import torch
from genrekit_audiomentations._applying import changed, fitted, library, made, paths, seeded
from genrekit_audiomentations.transforms import AUGMENTERS, name_of, signatures
from genrekit_audiomentations.write_signatures import signatures as as_installed
from pydantic import ValidationError

import genrekit
from genrekit.randomness import generator
from genrekit.testing import write_tones

RATE = 8000
WRITTEN_FOR = signatures()["audiomentations"]


def make(transform: str, **options: Any) -> Any:
    return AUGMENTERS[transform](sample_rate=RATE, **options)  # type: ignore[call-arg]


def clips(count: int = 3) -> torch.Tensor:
    return torch.from_numpy((0.1 * np.random.default_rng(0).normal(size=(count, RATE))).astype(np.float32))


def apply(augmenter: Any, batch: torch.Tensor, *seeds: int) -> torch.Tensor:
    changed: torch.Tensor = augmenter.apply(batch, {"seed": torch.tensor(seeds)})
    return changed


@pytest.mark.skipif(library().__version__ != WRITTEN_FOR, reason=f"the table is of audiomentations {WRITTEN_FOR}")
def test_the_table_is_what_the_library_says() -> None:
    assert as_installed() == signatures(), "run python -m genrekit_audiomentations.write_signatures"


def test_names() -> None:
    assert name_of("AddGaussianSNR") == "audiomentations-add-gaussian-snr"
    assert name_of("SevenBandParametricEQ") == "audiomentations-seven-band-parametric-eq"
    assert name_of("Mp3Compression") == "audiomentations-mp3-compression"


def test_exact_values() -> None:
    batch = clips()
    louder = make("Gain", min_gain_db=6.0, max_gain_db=6.0)
    torch.testing.assert_close(apply(louder, batch, 1, 2, 3), batch * 10 ** (6 / 20))
    torch.testing.assert_close(apply(make("PolarityInversion"), batch, 1, 2, 3), -batch)
    torch.testing.assert_close(apply(make("Reverse"), batch, 1, 2, 3), batch.flip(1))
    torch.testing.assert_close(apply(make("Clip", a_min=-0.05, a_max=0.1), batch, 1, 2, 3), batch.clamp(-0.05, 0.1))


@pytest.mark.parametrize(
    "transform", ["AddGaussianNoise", "AddColorNoise", "PitchShift", "TimeMask", "AddBackgroundNoise"]
)
def test_the_seed_decides_and_not_what_came_before(transform: str, tmp_path: Path) -> None:
    options = {"sounds_path": write_tones(tmp_path)} if transform == "AddBackgroundNoise" else {}
    augmenter, batch = make(transform, **options), clips()
    first = apply(augmenter, batch, 7, 8, 9)
    apply(augmenter, batch, 1, 2, 3)
    random.seed(5)
    assert torch.equal(apply(augmenter, batch, 7, 8, 9), first)
    made.cache_clear()
    assert torch.equal(apply(augmenter, batch[1:2], 8)[0], first[1])
    assert not torch.equal(apply(augmenter, batch[1:2], 10)[0], first[1])


def test_slow_stretches_too() -> None:
    """Signalsmith's library draws phases from a generator of its own below half the speed."""
    slow = make("TimeStretch", min_rate=0.3, max_rate=0.3)
    assert torch.equal(apply(slow, clips(1), 4), apply(slow, clips(1), 4))


def test_global_generators_are_put_back() -> None:
    before, before_numpy = random.getstate(), np.random.get_state()
    apply(make("AddGaussianNoise"), clips(), 1, 2, 3)
    with contextlib.suppress(LookupError), seeded(3):
        np.random.rand(int(10 * random.random()) + 1)
        raise LookupError
    assert random.getstate() == before
    after: Any = np.random.get_state()
    assert after[2] == before_numpy[2]  # type: ignore[index]
    assert (after[1] == before_numpy[1]).all()  # type: ignore[index]


def test_a_draw_is_a_seed_of_the_generator() -> None:
    augmenter = make("Gain")
    drawn = [augmenter.draw(generator(0, "augment", epoch, 5), (RATE,))["seed"] for epoch in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(0 <= seed < 2**32 for seed in drawn)


def test_lengths_stay_and_what_is_not_finite_is_left() -> None:
    waveform = clips(1)[0].numpy()
    assert fitted(waveform[:100], waveform)[100:].tolist() == [0.0] * (RATE - 100)
    assert len(fitted(np.zeros(2 * RATE, np.float32), waveform)) == RATE
    assert (fitted(np.full(RATE, np.nan, np.float32), waveform) == waveform).all()
    trimmed = apply(make("Trim", top_db=20.0), torch.nn.functional.pad(clips(1), (4000, 0)), 1)
    assert trimmed.shape == (1, RATE + 4000)


def test_what_is_shorter_than_a_tenth_of_a_second_stays() -> None:
    short = clips(1)[0, : RATE // 10 - 1].numpy()
    found = changed(make("PolarityInversion"), short, 1)
    assert (found == short).all()
    assert found is not short


def test_spans_that_are_crossed_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"min_gain_db 3 must not be above max_gain_db -3"):
        make("Gain", min_gain_db=3.0, max_gain_db=-3.0)


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augmenter_module, "find_spec", lambda name: None)
    for transform, options, package in (
        ("RoomSimulator", {}, "pyroomacoustics"),
        ("Mp3Compression", {}, "fast-mp3-augment"),
        ("Mp3Compression", {"backend": "lameenc"}, "lameenc"),
    ):
        with pytest.raises(ValidationError, match=f"it needs {package}, which is not installed: pip install {package}"):
            make(transform, **options)
    make("Gain")


def test_what_the_library_refuses_is_explained() -> None:
    with pytest.raises(genrekit.GenrekitError, match="augmenter 'audiomentations-time-mask': fade_duration must"):
        apply(make("TimeMask", fade_duration=-1.0), clips(1), 1)


def test_recordings_are_taken_in_sorted_order(tmp_path: Path) -> None:
    found = paths(write_tones(tmp_path / "tones"))
    assert found == sorted(found)
    assert len(found) == 12
    with pytest.raises(genrekit.DataError, match="holds no audio"):
        paths(tmp_path / "nothing")
