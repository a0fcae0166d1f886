"""`mfcc`: against torchaudio's own MFCC, against scipy's DCT, and its checks."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.fft
import torch
import torchaudio
from pydantic import ValidationError

from genrekit_builtins.mel import LogMel
from genrekit_builtins.mfcc import Mfcc

SMALL = {"sample_rate": 8000, "n_fft": 256, "hop_length": 128, "n_mels": 16, "frames": 20}


def noise(*shape: int) -> torch.Tensor:
    return 0.1 * torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def test_equals_plain_torchaudio() -> None:
    clip = noise(22050)
    mel = {"n_fft": 2048, "hop_length": 512, "n_mels": 128}
    plain = torchaudio.transforms.MFCC(sample_rate=22050, n_mfcc=40, melkwargs=mel)
    # White noise spans far less than the 80 dB to which torchaudio's MFCC limits each clip.
    coefficients = plain(clip)
    expected = (coefficients - coefficients.mean()) / coefficients.std()
    ours = Mfcc().build()(clip[None])
    assert ours.shape == (1, 1, 40, 1280)
    torch.testing.assert_close(ours[0, 0, :, :44], expected, rtol=1e-4, atol=1e-5)
    assert torch.equal(ours[0, 0, :, 44:], torch.zeros(40, 1236))


def test_is_the_cosine_transform_of_log_mels_decibels() -> None:
    clip = noise(1, 4000)
    decibels = LogMel(**SMALL).build().spectrum(clip)
    ours = Mfcc(**SMALL, n_mfcc=10).build().spectrum(clip)
    expected = scipy.fft.dct(decibels.numpy(), axis=1, norm="ortho")[:, :10]
    np.testing.assert_allclose(ours.numpy(), expected, rtol=1e-4, atol=1e-3)


def test_a_clip_is_the_same_alone_and_in_a_batch() -> None:
    features = Mfcc(**SMALL, n_mfcc=13).build()
    clips = noise(3, 4000) * torch.tensor([[1.0], [1e-4], [0.0]])
    together = features(clips)
    alone = torch.cat([features(clip[None]) for clip in clips])
    assert torch.isfinite(together).all()
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-5)


def test_its_shape_follows_the_options() -> None:
    options = Mfcc(**SMALL, n_mfcc=13)
    assert options.output_shape() == (1, 13, 20)
    assert options.build()(noise(2, 9000)).shape == (2, 1, 13, 20)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"n_mels": 20}, "n_mfcc 40 is more than n_mels 20: lower n_mfcc or raise n_mels"),
        ({"n_mfcc": 1}, "n_mfcc"),
        ({"hop_length": 4096, "n_mfcc": 200}, "hop_length 4096 .*; n_mfcc 200 is more"),
    ],
)
def test_options_that_cannot_be_are_named(options: dict[str, int], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Mfcc(**options)
