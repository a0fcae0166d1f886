"""`time-mask` and `frequency-mask`: where the zeros are, how long the spans are, and that each clip has its own."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from augmenting import assert_each_row_is_its_own, draws_for
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import genrekit
from genrekit.augmentation import augment
from genrekit.randomness import generator
from genrekit_builtins.augment import Gain, Noise
from genrekit_builtins.masks import FrequencyMask, TimeMask


@pytest.mark.parametrize(
    ("augmenter", "shape"),
    [
        (TimeMask(), (5, 1, 8, 120)),
        (TimeMask(), (5, 2, 3, 100)),
        (TimeMask(on="waveform", hop_length=4), (5, 400)),
        (FrequencyMask(), (5, 1, 64, 10)),
    ],
)
def test_each_row_goes_by_its_own_draw(augmenter: genrekit.Augmenter, shape: tuple[int, ...]) -> None:
    assert_each_row_is_its_own(augmenter, torch.randn(shape))


def test_time_mask_zeroes_its_frames_in_every_bin() -> None:
    batch = torch.ones(2, 1, 3, 6)
    out = TimeMask().apply(batch, {"start": torch.tensor([1, 4]), "length": torch.tensor([3, 2])})
    assert out[0, 0].tolist() == [[1, 0, 0, 0, 1, 1]] * 3
    assert out[1, 0].tolist() == [[1, 1, 1, 1, 0, 0]] * 3


def test_frequency_mask_zeroes_its_bins_in_every_frame() -> None:
    batch = torch.ones(2, 1, 4, 3)
    out = FrequencyMask().apply(batch, {"start": torch.tensor([0, 2]), "length": torch.tensor([1, 2])})
    assert out[0, 0, :, 0].tolist() == [0, 1, 1, 1]
    assert out[1, 0].tolist() == [[1, 1, 1], [1, 1, 1], [0, 0, 0], [0, 0, 0]]


def test_time_mask_zeroes_samples_of_a_waveform() -> None:
    out = TimeMask(on="waveform").apply(torch.ones(1, 5), {"start": torch.tensor([2]), "length": torch.tensor([2])})
    assert out.tolist() == [[1, 1, 0, 0, 1]]


@given(
    lengths=st.tuples(st.integers(1, 60), st.integers(1, 60)).filter(lambda pair: pair[0] < pair[1]),
    frames=st.integers(1, 200),
    seed=st.integers(0, 2**32),
)
def test_a_mask_fits_and_is_as_long_as_asked(lengths: tuple[int, int], frames: int, seed: int) -> None:
    mask = TimeMask(min_frames=lengths[0], max_frames=lengths[1])
    draw = mask.draw(generator(seed), (1, 2, frames))
    assert lengths[0] <= draw["length"] < lengths[1] or draw["length"] == frames // 2 < lengths[1]
    assert 0 <= draw["start"] <= frames - draw["length"]
    out = mask.apply(torch.ones(1, 1, 2, frames), {name: torch.tensor([value]) for name, value in draw.items()})
    zeros = (out[0, 0] == 0).all(dim=0).nonzero().flatten().tolist()
    assert zeros == list(range(draw["start"], draw["start"] + draw["length"]))
    assert (out == 0).sum() == 2 * draw["length"]


@given(narrowest=st.integers(1, 20), extra=st.integers(1, 20), bins=st.integers(1, 128), seed=st.integers(0, 2**32))
def test_a_frequency_mask_fits_too(narrowest: int, extra: int, bins: int, seed: int) -> None:
    mask = FrequencyMask(min_bins=narrowest, max_bins=narrowest + extra)
    draw = mask.draw(generator(seed), (1, bins, 3))
    assert draw["length"] in {*range(narrowest, narrowest + extra), bins // 2}
    assert draw["length"] <= bins // 2
    assert 0 <= draw["start"] <= bins - draw["length"]


def test_lengths_and_starts_are_uniform() -> None:
    mask, rng = TimeMask(), generator(0, "mask")
    draws = [mask.draw(rng, (1, 128, 100)) for _ in range(6000)]
    lengths = np.bincount([draw["length"] for draw in draws], minlength=40)
    assert lengths[:10].sum() == 0
    assert len(lengths) == 40
    assert abs(lengths[10:] - 200).max() < 60, lengths
    ten = [draw["start"] for draw in draws if draw["length"] == 10]
    assert min(ten) < 10
    assert max(ten) > 80


def test_on_a_waveform_the_span_is_as_long_in_time() -> None:
    mask = TimeMask(on="waveform", hop_length=512)
    lengths = [mask.draw(generator(seed), (661_500,))["length"] for seed in range(500)]
    assert min(lengths) >= 10 * 512
    assert max(lengths) < 40 * 512
    assert any(length % 512 for length in lengths), "lengths of a waveform's mask are in samples"


def test_hop_length_means_nothing_on_features() -> None:
    draws = [TimeMask(hop_length=hop).draw(generator(1), (1, 8, 100)) for hop in (1, 512)]
    assert draws[0] == draws[1]


@pytest.mark.parametrize("frames", [1, 2, 15])
def test_a_clip_shorter_than_the_mask_keeps_half(frames: int) -> None:
    batch = torch.ones(50, 1, 4, frames)
    out = TimeMask().apply(batch, draws_for(TimeMask(), batch))
    kept = out[:, 0, 0].sum(dim=1)
    assert kept.tolist() == [frames - min(frames // 2, 39)] * 50


def test_draws_are_plain_numbers() -> None:
    for mask in (TimeMask(), FrequencyMask()):
        json.dumps(dict(mask.draw(generator(0), (1, 128, 100))))


def test_in_training_a_clip_is_changed_alike_whatever_stands_beside_it() -> None:
    augmenters = [Gain(), Noise(), TimeMask(), FrequencyMask()]
    batch = torch.randn(8, 1, 32, 100)

    def augmented(clips: list[int]) -> torch.Tensor:
        rngs, changed = [generator(0, "clip", clip) for clip in clips], batch[clips]
        for augmenter in augmenters:
            changed = augment(changed, augmenter, rngs)
        return changed

    together = augmented(list(range(8)))
    assert not torch.equal(together, batch)
    assert torch.equal(augmented([6, 2]), together[[6, 2]])


def test_published_defaults() -> None:
    mask = TimeMask()
    assert (mask.min_frames, mask.max_frames, mask.probability, mask.on) == (10, 40, 0.3, "features")


@pytest.mark.parametrize(
    ("component", "options", "told"),
    [
        (TimeMask, {"min_frames": 40}, "min_frames 40 must be below max_frames 40"),
        (TimeMask, {"min_frames": 0}, "min_frames"),
        (FrequencyMask, {"min_bins": 20, "max_bins": 10}, "min_bins 20 must be below max_bins 10"),
        (FrequencyMask, {"on": "waveform"}, "on\n  Input should be 'features'"),
    ],
)
def test_options_that_cannot_be_are_named(
    component: type[genrekit.Augmenter], options: dict[str, object], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        component(**options)
