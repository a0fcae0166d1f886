"""ONNX: waveform in, probabilities out, features included. Checked against torch before it is trusted."""

from __future__ import annotations

import contextlib
import copy
import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from genrekit import atomic, graphs
from genrekit.errors import WriteError
from genrekit.graph_network import GraphNetwork
from genrekit.recurrent import replace_recurrent

if TYPE_CHECKING:
    import numpy as np

TOLERANCE = 1e-3
"""The largest difference of a probability between onnxruntime and torch that is put down to rounding."""


class WaveformClassifier(nn.Module):
    """waveform float32 [batch, samples] -> probabilities float32 [batch, classes].

    They are the softmax, or, if ``multi_label``, the sigmoid, of logits divided by ``temperature``.
    """

    def __init__(
        self, features: nn.Module, network: nn.Module, temperature: float = 1.0, multi_label: bool = False
    ) -> None:
        super().__init__()
        self.features, self.network = features, network
        self.temperature, self.multi_label = temperature, multi_label

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network(self.features(waveform)) / self.temperature
        return logits.sigmoid() if self.multi_label else logits.softmax(dim=-1)


@dataclass(frozen=True)
class Export:
    """How an export went: the largest difference seen, or why there is none."""

    difference: float | None = None
    reason: str | None = None


def export_onnx(classifier: WaveformClassifier, samples: int, any_length: bool, path: Path) -> str | None:
    """Write ``path``; returns why that was impossible, or None. Batch, and length if ``any_length``, are dynamic."""
    portable = copy.deepcopy(classifier).cpu().float().eval()
    try:
        with _quiet(), atomic.refusals(path):
            if isinstance(portable.network, GraphNetwork):
                _save_joined(portable, portable.network, samples, any_length, path)
            else:
                _traced(portable, samples, any_length, "probabilities").save(path, external_data=False)
    except WriteError:
        raise
    except Exception as error:  # what third-party modules raise under export is anybody's guess
        path.unlink(missing_ok=True)
        return (
            f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else 'no reason given'}"
        )
    return None


def _save_joined(
    classifier: WaveformClassifier, network: GraphNetwork, samples: int, any_length: bool, path: Path
) -> None:
    """Torch's exporter knows the way to the network's embedding; from there on there is a graph already."""
    import onnx

    front = nn.Sequential(classifier.features, network.embedding)
    program = _traced(front, samples, any_length, graphs.INPUT, graphs.OPSET)
    middle = onnx.load_model_from_string(network.graph)
    onnx.save_model(graphs.joined(program.model_proto, middle, classifier.temperature, classifier.multi_label), path)


def _traced(module: nn.Module, samples: int, any_length: bool, output: str, opset: int | None = None) -> Any:
    """What torch's exporter makes of a module that takes a waveform [batch, samples]."""
    from genrekit.magnitude_export import simplify
    from genrekit.stft_export import translations

    # A graph traced with one example would treat a batch of one as a constant.
    example = torch.zeros(2, samples)
    dynamic = torch.export.Dim.DYNAMIC
    shapes = {0: dynamic, 1: dynamic} if any_length else {0: dynamic}
    program: Any = torch.onnx.export(
        replace_recurrent(module),
        (example,),
        dynamo=True,
        input_names=["waveform"],
        output_names=[output],
        opset_version=opset,
        dynamic_shapes=(shapes,),
        custom_translation_table=translations(),
        verbose=False,
    )
    simplify(program.model)
    return program


def compare(classifier: WaveformClassifier, path: Path, waveforms: Sequence[np.ndarray]) -> float:
    """The largest difference of a probability between onnxruntime and torch on ``waveforms``, each [samples]."""
    from genrekit.predict import OnnxEngine

    engine, worst = OnnxEngine.open(path), 0.0
    reference = copy.deepcopy(classifier).cpu().float().eval()
    with torch.inference_mode():
        for waveform in waveforms:
            expected = reference(torch.from_numpy(waveform)[None]).numpy()
            difference = float(abs(expected - engine(waveform[None])).max())
            worst = max(worst, difference if math.isfinite(difference) else math.inf)
    return worst


def export_checked(
    classifier: WaveformClassifier, samples: int, any_length: bool, path: Path, waveforms: Sequence[np.ndarray]
) -> Export:
    """Export and compare; a graph that disagrees with torch is deleted."""
    reason = export_onnx(classifier, samples, any_length, path)
    if reason:
        return Export(reason=reason)
    try:
        difference = compare(classifier, path, waveforms)
    except Exception as error:
        path.unlink()
        return Export(reason=f"onnxruntime cannot run it: {error}")
    if not difference <= TOLERANCE:
        path.unlink()
        return Export(reason=f"its probabilities differ from torch's by {difference:.2g}")
    return Export(difference=difference)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter warns about its own internals and about packages that are not needed."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "torch.export")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
