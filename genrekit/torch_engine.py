"""Prediction with torch, for bundles whose model could not be exported to ONNX."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genrekit import bundle
from genrekit.component import FeatureExtractor, FeatureShape, Model
from genrekit.errors import BundleError, PluginError
from genrekit.plugins import installed

if TYPE_CHECKING:
    from genrekit.export import WaveformClassifier


@dataclass(frozen=True)
class TorchEngine:
    """The classifier rebuilt from the installed plugins and the bundle's weights."""

    classifier: WaveformClassifier

    @classmethod
    def open(cls, folder: Path, manifest: bundle.Manifest) -> TorchEngine:
        """Build and load; `BundleError` says which ``pip install`` brings a missing component."""
        features = _component("features", manifest.features)
        model = _component("model", manifest.model)
        assert isinstance(features, FeatureExtractor)
        assert isinstance(model, Model)
        weights = bundle.verified(folder, manifest, bundle.WEIGHTS)
        from genrekit import checkpoint
        from genrekit.export import WaveformClassifier

        network = model.build(FeatureShape(*manifest.feature_shape), len(manifest.labels))
        answers = manifest.answers
        classifier = WaveformClassifier(features.build(), network, answers.temperature, answers.multi_label)
        checkpoint.load_weights(weights, classifier)
        return cls(classifier.eval())

    def __call__(self, waveform: np.ndarray) -> np.ndarray:
        import torch

        with torch.inference_mode():
            out: np.ndarray = self.classifier(torch.from_numpy(waveform)).numpy()
        return out


def _component(kind: str, part: bundle.Part) -> FeatureExtractor | Model:
    name = str(part.options.get("use"))
    try:
        cls = installed().registry.find(kind, name).component
    except PluginError as error:
        raise BundleError(
            f"the bundle needs the {kind} '{name}', which is not installed",
            why=f"it has no model.onnx and was made with {part.distribution} {part.version}: {error.problems[0].what}",
            hint=f'pip install "{part.distribution}=={part.version}"',
        ) from None
    return cls.model_validate(part.options)  # type: ignore[return-value]
