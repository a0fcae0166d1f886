from __future__ import annotations

import pydantic
import pytest
import torch
from augmenting import draws_for

from genrekit.augmentation import augment
from genrekit.randomness import generator
from genrekit_builtins.crop import RandomCrop


def test_each_clip_is_cropped_where_its_draw_says() -> None:
    batch = torch.arange(2 * 3 * 7).reshape(2, 1, 3, 7).float()
    cropped = RandomCrop(frames=4).apply(batch, {"start": torch.tensor([0, 3])})
    assert torch.equal(cropped, torch.stack([batch[0, ..., :4], batch[1, ..., 3:]]))


def test_every_place_is_drawn_and_no_other() -> None:
    batch = torch.zeros(300, 1, 2, 10)
    assert set(draws_for(RandomCrop(frames=7), batch)["start"].tolist()) == {0, 1, 2, 3}


def test_what_is_too_short_is_padded() -> None:
    batch = torch.ones(2, 1, 2, 3)
    draws = draws_for(RandomCrop(frames=5), batch)
    assert draws["start"].tolist() == [0, 0]
    assert RandomCrop(frames=5).apply(batch, draws)[..., 3:].abs().sum() == 0


def test_a_batch_has_one_length_whatever_the_chances() -> None:
    rngs = [generator(0, "crop", clip) for clip in range(40)]
    assert augment(torch.randn(40, 1, 4, 12), RandomCrop(frames=5), rngs).shape == (40, 1, 4, 5)
    with pytest.raises(pydantic.ValidationError):
        RandomCrop(frames=5, probability=0.5)
