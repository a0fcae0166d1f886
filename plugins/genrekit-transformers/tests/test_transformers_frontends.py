"""Sounds are prepared as transformers' own feature extractors prepare them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from genrekit_transformers import EncoderInput
from genrekit_transformers._frontends import frontend
from genrekit_transformers.families import encoder_of
from transformers_checkpoints import checkpoint, noise

hf: Any = transformers


def ours(family: str, extractor: Any, waveform: torch.Tensor, **config: Any) -> torch.Tensor:
    """What this plugin feeds an encoder of that extractor with, for full-sized configurations."""
    encoder = encoder_of({"model_type": family, **config}, extractor.to_dict(), "here")
    with torch.inference_mode():
        found: torch.Tensor = frontend(encoder)(waveform)
    return found


def theirs(extractor: Any, waveform: torch.Tensor) -> torch.Tensor:
    found = extractor(list(waveform.numpy()), sampling_rate=16000, return_tensors="pt")
    prepared: torch.Tensor = found["input_features"] if "input_features" in found else found["input_values"]
    return prepared


@pytest.mark.parametrize("samples", [1600, 48000, 170000])
@pytest.mark.parametrize("normalises", [True, False])
def test_ast(samples: int, normalises: bool) -> None:
    """Of recordings shorter and longer than what it takes. Bands that hold next to nothing have the largest difference:
    the logarithm of what rounding leaves."""
    extractor = hf.ASTFeatureExtractor(do_normalize=normalises)
    waveform = noise(samples)
    found = ours("audio-spectrogram-transformer", extractor, waveform).transpose(1, 2)
    wanted = theirs(extractor, waveform)
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-3 if normalises else 1e-2)
    assert (found - wanted).abs().mean() < 1e-5


@pytest.mark.parametrize(("samples", "bins"), [(1600, 80), (48000, 128), (490000, 80)])
def test_whisper(samples: int, bins: int) -> None:
    extractor = hf.WhisperFeatureExtractor(feature_size=bins)
    waveform = noise(samples)
    found = ours("whisper", extractor, waveform, num_mel_bins=bins)
    torch.testing.assert_close(found, theirs(extractor, waveform), rtol=0, atol=2e-4)


@pytest.mark.parametrize("normalises", [True, False])
@pytest.mark.parametrize("family", ["wav2vec2", "hubert", "wavlm"])
def test_waveforms(family: str, normalises: bool) -> None:
    extractor = hf.Wav2Vec2FeatureExtractor(do_normalize=normalises)
    waveform = noise(5000)
    torch.testing.assert_close(ours(family, extractor, waveform)[:, 0], theirs(extractor, waveform), rtol=0, atol=1e-5)


def test_silence_is_as_it_is_there() -> None:
    """Nothing but the floor of logarithms and variances."""
    silence = torch.zeros(1, 16000)
    for family, extractor in (
        ("audio-spectrogram-transformer", hf.ASTFeatureExtractor()),
        ("whisper", hf.WhisperFeatureExtractor()),
        ("wav2vec2", hf.Wav2Vec2FeatureExtractor()),
    ):
        found, wanted = ours(family, extractor, silence), theirs(extractor, silence)
        if family == "audio-spectrogram-transformer":
            found = found.transpose(1, 2)
        torch.testing.assert_close(found.reshape(wanted.shape), wanted, rtol=0, atol=1e-5)


def test_windows_of_waveforms_are_padded_after_they_are_normalised(tmp_path: Path) -> None:
    features = EncoderInput(folder=checkpoint(tmp_path, "hubert"), seconds=0.5)
    found = features.build()(noise(5000))
    assert found.shape == (2, 1, 1, 8000)
    torch.testing.assert_close(found[..., :5000].std(correction=0), torch.tensor(1.0), rtol=0, atol=1e-3)
    assert not found[..., 5000:].any()


def test_the_shapes_of_spectrograms(tmp_path: Path) -> None:
    for family, shape in (("whisper", (1, 40, 100)), ("audio-spectrogram-transformer", (1, 64, 64))):
        features = EncoderInput(folder=checkpoint(tmp_path, family), seconds=0.5)
        assert features.output_shape() == shape == features.build()(noise(5000)).shape[1:]
