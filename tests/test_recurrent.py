"""The ONNX stand-ins for recurrent layers against torch's own layers, through onnxruntime."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
import torch
from torch import nn

from genrekit.export import WaveformClassifier, compare, export_onnx
from genrekit.recurrent import OnnxRecurrent, replace_recurrent

LAYERS = [
    (kind, layers, bidirectional, batch_first, bias)
    for kind, (layers, bidirectional, batch_first, bias) in product(
        (nn.GRU, nn.LSTM), ((1, False, True, True), (2, True, True, True), (2, True, False, False))
    )
]


class Frames(nn.Module):
    """[batch, samples] -> [batch, frames, 16]."""

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        return waveform.reshape(waveform.shape[0], -1, 16)


class Head(nn.Module):
    """Uses both outputs of the recurrent layer."""

    def __init__(self, layer: nn.GRU | nn.LSTM) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        out, state = self.layer(frames if self.layer.batch_first else frames.transpose(0, 1))
        last = state[0] if isinstance(state, tuple) else state
        mean = out.mean(dim=1 if self.layer.batch_first else 0)
        return torch.cat([mean, last[-1], last[0]], dim=1)


@pytest.mark.parametrize(("kind", "layers", "bidirectional", "batch_first", "bias"), LAYERS)
def test_onnx_agrees_with_torch(
    kind: type[nn.GRU], layers: int, bidirectional: bool, batch_first: bool, bias: bool, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    layer = kind(16, 5, layers, bidirectional=bidirectional, batch_first=batch_first, bias=bias)
    classifier = WaveformClassifier(Frames(), Head(layer)).eval()
    path = tmp_path / "model.onnx"
    assert export_onnx(classifier, 160, any_length=False, path=path) is None
    waveforms = [torch.randn(160).numpy() * 3 for _ in range(3)]
    assert compare(classifier, path, waveforms) < 1e-6


def test_swaps_at_any_depth_and_nothing_else() -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.GRU(2, 3)), nn.LSTM(2, 3, proj_size=1))
    swapped = replace_recurrent(module)
    assert isinstance(swapped[1][0], OnnxRecurrent)
    assert isinstance(swapped[0], nn.Linear)
    assert isinstance(swapped[2], nn.LSTM)


def test_projections_are_refused() -> None:
    with pytest.raises(ValueError, match="projections"):
        OnnxRecurrent(nn.LSTM(2, 3, proj_size=1))
