"""Prediction with torch, for bundles whose model could not be exported to ONNX."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import ValidationError

from genrekit import bundle
from genrekit.component import Augmenter, Component, FeatureExtractor, FeatureShape, Model
from genrekit.errors import (
    BundleError,
    GenrekitError,
    PluginError,
    Problem,
    TrainingError,
    UnreadableError,
    one_line,
    printable,
)
from genrekit.plugins import installed

if TYPE_CHECKING:
    import torch

    from genrekit.export import WaveformClassifier


@dataclass(frozen=True)
class TorchEngine:
    """The classifier rebuilt from the installed plugins and the bundle's weights."""

    classifier: WaveformClassifier

    @classmethod
    def open(cls, folder: Path, manifest: bundle.Manifest) -> TorchEngine:
        """Build and load; `BundleError` says which ``pip install`` brings what is missing."""
        features, model, augmenters = _components(manifest)
        weights = bundle.verified(folder, manifest, bundle.WEIGHTS)
        from genrekit import checkpoint
        from genrekit.export import WaveformClassifier
        from genrekit.features import measure_shape
        from genrekit.views import viewed, views_of

        answers = manifest.answers
        try:
            _refuse_more_than_there_is(manifest, model, weights)
            module, shape = features.build().eval(), FeatureShape(*manifest.feature_shape)
            _refuse_another_shape(shape, measure_shape(features, module))
            network = viewed(_network(manifest, model), views_of(augmenters, shape))
            classifier = WaveformClassifier(module, network, answers.temperature, answers.multi_label)
            checkpoint.load_weights(weights, classifier)
        except TrainingError as error:  # as of a run's weights, which can be trained anew
            raise _other_version(manifest, printable(error.problems[0].why or error.problems[0].what, 300)) from None
        except GenrekitError:
            raise
        except Exception as error:  # third parties' code, in a version that may not be the one that trained
            raise _other_version(manifest, printable(one_line(error), 300)) from error
        return cls(classifier.eval())

    def __call__(self, waveform: np.ndarray) -> np.ndarray:
        import torch

        with torch.inference_mode():
            out: np.ndarray = self.classifier(torch.from_numpy(waveform)).numpy()
        return out


def _network(manifest: bundle.Manifest, model: Model) -> torch.nn.Module:
    from genrekit.ensemble import build_network

    shape, channels = FeatureShape(*manifest.feature_shape), manifest.ensemble_channels
    return build_network(model, shape, len(manifest.labels), manifest.ensemble_size, channels)


def _refuse_more_than_there_is(manifest: bundle.Manifest, model: Model, weights: Path) -> None:
    """Options may ask for a network of any size. It is built without memory first, and compared with the weights."""
    import safetensors
    import torch

    with safetensors.safe_open(weights, framework="pt") as file:
        held = sum(math.prod(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118
    try:
        with torch.device("meta"):
            network = _network(manifest, model)
    except Exception as error:  # Not every network can be built without numbers.
        if "overflow" in str(error).lower():
            raise BundleError(f"{weights} is refused: the model's options ask for more than can be counted") from None
        return
    wanted = sum(tensor.numel() for tensor in network.state_dict().values())
    if wanted > held:
        raise BundleError(
            f"{weights} is refused: it holds {held:,} numbers, and the model's options ask for {wanted:,}",
            why="they do not belong together",
        )


def _refuse_another_shape(shape: FeatureShape, found: FeatureShape) -> None:
    """What is built for a shape may take memory that grows with it."""
    if shape != found:
        raise BundleError(f"the bundle says that features are {list(shape)}, and they are {list(found)}")


def _components(manifest: bundle.Manifest) -> tuple[FeatureExtractor, Model, list[Augmenter]]:
    """The bundle's components; one `BundleError` for all that is missing."""
    problems: list[Problem] = []
    made: list[Component] = []
    views = [("augmenter", part) for part in manifest.views]
    for kind, part in (("features", manifest.features), ("model", manifest.model), *views):
        try:
            found = installed().registry.find(kind, str(part.options.get("use"))).component
            made.append(found.model_validate(part.options))
        except UnreadableError:
            raise
        except PluginError as error:
            problems.append(_missing(kind, part, error.problems[0].what + installed().not_loaded()))
        except ValidationError as error:
            raise _other_version(manifest, str(error.errors(include_url=False)[0]["msg"])) from None
    if problems:
        raise BundleError.of(problems)
    features, model, *rest = made
    assert isinstance(features, FeatureExtractor)
    assert isinstance(model, Model)
    return features, model, [augmenter for augmenter in rest if isinstance(augmenter, Augmenter)]


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
    made = {part.distribution: part for part in (manifest.features, manifest.model, *manifest.views)}
    there = installed().versions()
    differing = [part for name, part in made.items() if there.get(name) != part.version]
    return BundleError(
        f"the bundle's model cannot be built: {reason}",
        why="it was made with " + " and ".join(f"{part.distribution} {part.version}" for part in made.values()),
        hint="; ".join(map(_install, differing)) or None,
    )
