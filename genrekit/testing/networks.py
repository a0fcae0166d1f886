"""Small modules that stand in for what a component does not bring itself."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.component import FeatureShape
from genrekit.testing.contract import Skip

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import nn

SHAPES = [
    FeatureShape(*shape)
    for shape in (
        (1, 16, 24), (1, 40, 100), (1, 64, 64), (1, 128, 128), (1, 128, 1280), (3, 64, 64), (3, 224, 224),
        (1, 768, 50), (1, 1, 24000), (1, 512, 1),
    )
]  # fmt: skip
"""What features may look like; a model is tried on the first that its ``check`` accepts."""


def linear_head(shape: FeatureShape, classes: int) -> nn.Module:
    """Looks at every value of the features."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(shape.channels * shape.bins * shape.frames, classes))


def reshaping(shape: FeatureShape) -> nn.Module:
    """Features that are the waveform itself, folded up."""
    from torch import nn

    return nn.Unflatten(1, tuple(shape))


def export(features: nn.Module, network: nn.Module, any_length: bool, waveforms: list[np.ndarray]) -> None:
    """Export, and compare with onnxruntime; `Skip` says why it cannot be exported."""
    from genrekit.export import TOLERANCE, WaveformClassifier, compare, export_onnx

    classifier: Any = WaveformClassifier(features, network).eval()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        reason = export_onnx(classifier, len(waveforms[0]), any_length, path)
        if reason:
            raise Skip(f"cannot be exported, so predictions need torch and this plugin: {reason}")
        difference = compare(classifier, path, waveforms)
    assert difference <= TOLERANCE, f"onnxruntime's probabilities differ from torch's by {difference:.2g}"


def channels_last(batch: torch.Tensor) -> torch.Tensor:
    """The same values in the order of memory that training uses."""
    import torch

    return batch.contiguous(memory_format=torch.channels_last)
