"""`log-mel`, `mfcc` and `crnn` as ONNX graphs: any number of clips of any length, the same answers as torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

import genrekit
from genrekit.export import WaveformClassifier, export_onnx
from genrekit_builtins.crnn import Crnn
from genrekit_builtins.mel import LogMel
from genrekit_builtins.mfcc import Mfcc

SMALL = {"sample_rate": 8000, "n_fft": 256, "hop_length": 128, "n_mels": 16, "frames": 24}
LENGTHS = [(1, 129), (3, 1000), (2, 3072), (1, 3379)]
"""(clips, samples): the shortest that can be, padded, exactly one window, cropped."""


def head(shape: genrekit.FeatureShape) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(shape.channels * shape.bins * shape.frames, 3))


@pytest.mark.parametrize(
    ("features", "network"),
    [
        (LogMel(**SMALL), head),
        (Mfcc(**SMALL, n_mfcc=8), head),
        (LogMel(**SMALL), lambda shape: Crnn(channels=(4, 6), hidden_size=5, head_size=7).build(shape, 3)),
    ],
    ids=["log-mel", "mfcc", "crnn"],
)
def test_onnxruntime_agrees_with_torch(features: genrekit.FeatureExtractor, network: object, tmp_path: Path) -> None:
    classifier = WaveformClassifier(features.build(), network(features.output_shape())).eval()
    path = tmp_path / "model.onnx"
    assert export_onnx(classifier, features.window_samples(), True, path) is None
    session = onnxruntime.InferenceSession(path)
    rng = np.random.default_rng(0)
    for clips, samples in LENGTHS:
        waveforms = rng.normal(0, 0.1, (clips, samples)).astype(np.float32)
        if clips > 1:
            waveforms[-1] = 0
        with torch.inference_mode():
            expected = classifier(torch.from_numpy(waveforms)).numpy()
        (answer,) = session.run(None, {"waveform": waveforms})
        assert answer.shape == (clips, 3)
        np.testing.assert_allclose(answer, expected, atol=1e-5, rtol=0)
