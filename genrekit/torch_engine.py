"""Prediction with torch, for bundles whose model could not be exported to ONNX."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import ValidationError

from genrekit import bundle
from genrekit.component import Component, FeatureExtractor, FeatureShape, Model
from genrekit.errors import BundleError, GenrekitError, PluginError, Problem, one_line
from genrekit.plugins import installed

if TYPE_CHECKING:
    from genrekit.export import WaveformClassifier


@dataclass(frozen=True)
class TorchEngine:
    """The classifier rebuilt from the installed plugins and the bundle's weights."""

    classifier: WaveformClassifier

    @classmethod
    def open(cls, folder: Path, manifest: bundle.Manifest) -> TorchEngine:
        """Build and load; `BundleError` says which ``pip install`` brings what is missing."""
        features, model = _components(manifest)
        weights = bundle.verified(folder, manifest, bundle.WEIGHTS)
        from genrekit import checkpoint
        from genrekit.export import WaveformClassifier

        answers = manifest.answers
        try:
            network = model.build(FeatureShape(*manifest.feature_shape), len(manifest.labels))
            classifier = WaveformClassifier(features.build(), network, answers.temperature, answers.multi_label)
            checkpoint.load_weights(weights, classifier)
        except GenrekitError:
            raise
        except Exception as error:  # third parties' code, in a version that may not be the one that trained
            raise _other_version(manifest, one_line(error)) from error
        return cls(classifier.eval())

    def __call__(self, waveform: np.ndarray) -> np.ndarray:
        import torch

        with torch.inference_mode():
            out: np.ndarray = self.classifier(torch.from_numpy(waveform)).numpy()
        return out


def _components(manifest: bundle.Manifest) -> tuple[FeatureExtractor, Model]:
    """The bundle's two components; one `BundleError` for all that is missing."""
    problems: list[Problem] = []
    made: list[Component] = []
    for kind, part in (("features", manifest.features), ("model", manifest.model)):
        try:
            found = installed().registry.find(kind, str(part.options.get("use"))).component
            made.append(found.model_validate(part.options))
        except PluginError as error:
            problems.append(_missing(kind, part, error.problems[0].what + installed().not_loaded()))
        except ValidationError as error:
            raise _other_version(manifest, str(error.errors(include_url=False)[0]["msg"])) from None
    if problems:
        raise BundleError.of(problems)
    features, model = made
    assert isinstance(features, FeatureExtractor)
    assert isinstance(model, Model)
    return features, model


def _missing(kind: str, part: bundle.Part, reason: str) -> Problem:
    name = part.options.get("use")
    return Problem(
        f"the bundle needs the {kind} '{name}', which is not installed",
        why=f"it has no model.onnx and was made with {part.distribution} {part.version}: {reason}",
        hint=_install(part),
    )


def _install(part: bundle.Part) -> str:
    """What to type. A component of a local file was made by a distribution that is called like the file."""
    if part.version == "local":
        return f"--plugin {part.distribution}, the file that it was trained with"
    return f'pip install "{part.distribution}=={part.version}"'


def _other_version(manifest: bundle.Manifest, reason: str) -> BundleError:
    made = {part.distribution: part for part in (manifest.features, manifest.model)}
    there = installed().versions()
    differing = [part for name, part in made.items() if there.get(name) != part.version]
    return BundleError(
        f"the bundle's model cannot be built: {reason}",
        why="it was made with " + " and ".join(f"{part.distribution} {part.version}" for part in made.values()),
        hint="; ".join(map(_install, differing)) or None,
    )
