"""From a recording to probabilities, with onnxruntime: no torch, no training code.

A file is decoded window by window in one thread while the model works in another, so memory does not grow with length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from genrekit import audio, bundle
from genrekit.errors import AudioError, BundleError
from genrekit.prefetch import ahead
from genrekit.windows import cut, fit

if TYPE_CHECKING:
    import numpy as np


class Engine(Protocol):
    """waveform float32 [batch, samples] -> probabilities float32 [batch, labels]."""

    def __call__(self, waveform: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class Prediction:
    """The answer for one file. ``probabilities`` maps each label, most probable first; empty when it failed."""

    path: str
    status: Literal["ok", "failed"]
    label: str | None
    probability: float | None
    probabilities: dict[str, float]
    windows: int
    duration_s: float
    reason: str | None = None


@dataclass(frozen=True)
class OnnxEngine:
    """onnxruntime on the CPU."""

    session: object

    @classmethod
    def open(cls, path: Path) -> OnnxEngine:
        """Load a graph; `BundleError` if it is not one that takes a waveform."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        try:
            session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's exceptions share no base class of their own
            raise BundleError(f"{path} cannot be loaded: {error}") from None
        return cls(session)

    def __call__(self, waveform: np.ndarray) -> np.ndarray:
        out: np.ndarray = self.session.run(["probabilities"], {"waveform": waveform})[0]  # type: ignore[attr-defined]
        return out


@dataclass(frozen=True)
class Predictor:
    """A loaded bundle."""

    folder: Path
    manifest: bundle.Manifest
    engine: Engine

    @classmethod
    def load(cls, model: str | Path = "runs/latest") -> Predictor:
        """Load a bundle or a run's bundle. Without ``model.onnx`` torch and the bundle's plugins are needed."""
        folder = bundle.find(model)
        manifest = bundle.read_manifest(folder)
        if bundle.ONNX in manifest.files:
            return cls(folder, manifest, OnnxEngine.open(bundle.verified(folder, manifest, bundle.ONNX)))
        from genrekit.torch_engine import TorchEngine

        return cls(folder, manifest, TorchEngine.open(folder, manifest))

    @property
    def labels(self) -> list[str]:
        return self.manifest.labels

    def predict(self, path: str | Path) -> Prediction:
        """The answer for one file: the mean over its windows. Raises `AudioError` if it cannot be used."""
        prediction = next(self.predict_many([path]))
        if prediction.status == "failed":
            raise AudioError(prediction.path, prediction.reason or "unknown")
        return prediction

    def predict_many(self, paths: Iterable[str | Path]) -> Iterator[Prediction]:
        """Answers in the order of ``paths``; a file that cannot be used fails alone."""
        total, count = self._zeros(), 0
        seconds = 0.0
        for item in ahead(self._decoded(paths), depth=4):
            if isinstance(item, _End):
                yield self._conclude(item, total, count, seconds)
                total, count, seconds = self._zeros(), 0, 0.0
            else:
                end_s, waveform = item
                total, count, seconds = total + self.engine(waveform[None])[0], count + 1, max(seconds, end_s)

    def _zeros(self) -> np.ndarray:
        import numpy as np

        return np.zeros(len(self.labels), np.float64)

    def _decoded(self, paths: Iterable[str | Path]) -> Iterator[tuple[float, np.ndarray] | _End]:
        spec = self.manifest.audio
        exact = None if spec.any_length else spec.window_samples
        for path in paths:
            reason = None
            try:
                for start, waveform in cut(audio.stream(path, spec.sample_rate), spec.window_samples):
                    end_s = (start + len(waveform)) / spec.sample_rate
                    yield end_s, fit(waveform, spec.minimum_samples, exact)
            except AudioError as error:
                reason = error.reason
            yield _End(str(path), reason)

    def _conclude(self, end: _End, total: np.ndarray, count: int, seconds: float) -> Prediction:
        if end.reason is not None or not count:
            return Prediction(end.path, "failed", None, None, {}, 0, 0.0, end.reason or "holds no audio")
        mean = total / count
        order = sorted(range(len(mean)), key=lambda index: -mean[index])
        probabilities = {self.labels[index]: float(mean[index]) for index in order}
        best = self.labels[order[0]]
        return Prediction(end.path, "ok", best, probabilities[best], probabilities, count, round(seconds, 3))


@dataclass(frozen=True)
class _End:
    """A file is over; ``reason`` says why it failed."""

    path: str
    reason: str | None
