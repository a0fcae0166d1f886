"""A small model, for plugins that do something with finished ones; no torch made it, and none is needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genrekit import bundle

GRAPH = """\
<ir_version: 9, opset_import: ["": 18]>
pitch (float[batch, samples] waveform) => (float[batch, 2] probabilities)
<int64[1] first = {0}, int64[1] second = {1}, int64[1] last = {-1}, int64[1] end = {9223372036854775807},
 float least = {1e-6}, float one = {1.0}>
{
  later = Slice(waveform, second, end, second)
  earlier = Slice(waveform, first, last, second)
  steps = Sub(later, earlier)
  steepness = ReduceL1(steps, second)
  size = ReduceL1(waveform, second)
  divisor = Add(size, least)
  ratio = Div(steepness, divisor)
  high = HardSigmoid<alpha = 1.0, beta = 0.0>(ratio)
  low = Sub(one, high)
  probabilities = Concat<axis = 1>(high, low)
}
"""
"""How steep a waveform is beside how large, which for a tone rises with its pitch."""


def write_bundle(folder: Path) -> Path:
    """A bundle that tells the high tones of `write_tones` from the low ones, written into ``folder``; returns it.

    Its recordings are of 8 kHz, in windows of half a second. It holds an ONNX graph, a model card with figures that
    nobody has measured, and no weights.
    """
    import onnx
    import onnx.parser

    from genrekit import bundle
    from genrekit.model_card import model_card

    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(onnx.parser.parse_model(GRAPH), folder / bundle.ONNX)
    manifest = _manifest()
    (folder / bundle.CARD).write_text(model_card(manifest), encoding="utf-8")
    bundle.write_manifest(folder, manifest)
    return folder


def _manifest() -> bundle.Manifest:
    """What a run would have written."""
    from genrekit import __version__, bundle

    figures = {"clips": 8, "accuracy": 0.875, "macro_f1": 0.8667, "log_loss": 0.25}
    return bundle.Manifest(
        name="high-or-low",
        genrekit=__version__,
        created="2026-01-01T00:00:00+00:00",
        labels=["high", "low"],
        audio=bundle.Audio(sample_rate=8000, window_samples=4000, minimum_samples=2, any_length=True),
        features=bundle.Part(options={"use": "steepness"}, distribution="genrekit-pitch", version="1.0"),
        model=bundle.Part(options={"use": "pitch"}, distribution="genrekit-pitch", version="1.0"),
        feature_shape=(1, 1, 1),
        parameters=0,
        onnx_difference=0.0,
        onnx_missing=None,
        plugins={"genrekit-pitch": "1.0"},
        metrics={"validation": figures, "test": figures},
        files={},
    )
