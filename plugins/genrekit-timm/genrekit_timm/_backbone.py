"""A timm network made ready for features. Imports torch and timm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import timm
import torch
from timm.models import get_pretrained_cfg
from torch import nn
from torch.nn import functional

import genrekit
from genrekit.errors import one_line

if TYPE_CHECKING:
    from genrekit_timm.model import Timm


class Backbone(nn.Module):
    """features float32 [batch, channels, bins, frames] -> logits [batch, classes]"""

    def __init__(self, network: nn.Module, channels: int, size: tuple[int, int] | None, frozen: bool) -> None:
        super().__init__()
        self.network, self.channels, self.size, self.frozen = network, channels, size, frozen
        if frozen:
            network.requires_grad_(False)
            for part in self.classifiers:
                part.requires_grad_(True)

    @property
    def classifiers(self) -> list[nn.Module]:
        """The network's last layers: one, or one each for classes and distillation."""
        found: Any = self.network.get_classifier()  # type: ignore[operator]
        return list(found) if isinstance(found, tuple | list | nn.ModuleList) else [found]

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        if features.shape[1] != self.channels:
            features = features.expand(-1, self.channels, -1, -1)
        if self.size and features.shape[2:] != self.size:
            features = functional.interpolate(features, self.size, mode="bilinear", align_corners=False)
        logits: torch.Tensor = self.network(features)
        return logits

    def train(self, mode: bool = True) -> Self:
        """What is frozen stays in evaluation mode: its batch statistics and dropout would not be those it was given."""
        super().train(mode)
        if self.frozen:
            self.network.eval()
            for part in self.classifiers:
                part.train(mode)
        return self


def make(options: Timm, shape: genrekit.FeatureShape, classes: int) -> Backbone:
    """The network that ``options`` name, for features of that shape."""
    channels = options.input_channels or shape.channels
    arguments: dict[str, Any] = {"num_classes": classes, "in_chans": channels, "drop_rate": options.dropout}
    arguments |= {} if options.drop_path is None else {"drop_path_rate": options.drop_path}
    fixed = _fixed_size(options.architecture)
    arguments |= {"img_size": options.size(shape)} if fixed else {}
    made = Backbone(_network(options, arguments), channels, options.image_size, options.frozen)
    if fixed:
        _try(made, options, shape, arguments)
    return made


def _try(made: Backbone, options: Timm, shape: genrekit.FeatureShape, arguments: dict[str, Any]) -> None:
    """Whether a size will do, some networks only say when they meet it."""
    training = made.training
    try:
        with torch.no_grad():
            made.eval()(torch.zeros(1, *shape))
    except (ValueError, AssertionError, RuntimeError) as error:
        raise _refusal(options.architecture, arguments, one_line(error)) from error
    made.train(training)


def _fixed_size(name: str) -> bool:
    """Whether the network is made for pictures of one size, and must be told which."""
    found = get_pretrained_cfg(name)
    return bool(found and found.fixed_input_size)


def _network(options: Timm, arguments: dict[str, Any]) -> nn.Module:
    if options.weights is not None:
        from genrekit_timm._weights import network_with

        return network_with(options, arguments)
    try:
        return create(options.architecture, options.pretrained, arguments)
    except OSError as error:  # what huggingface_hub and requests raise
        raise genrekit.GenrekitError(
            f"cannot get timm's weights of {options.architecture}",
            why=one_line(error),
            hint="a connection to huggingface.co, weights = a file that is here, or pretrained = false",
        ) from error


def create(name: str, pretrained: bool, arguments: dict[str, Any]) -> nn.Module:
    """timm's own `create_model`; `genrekit.GenrekitError` where it cannot make the network so."""
    try:
        network: nn.Module = timm.create_model(name, pretrained=pretrained, **arguments)
    except (TypeError, ValueError, AssertionError, RuntimeError) as error:
        raise _refusal(name, arguments, one_line(error)) from error
    return network


def _refusal(name: str, arguments: dict[str, Any], reason: str) -> genrekit.GenrekitError:
    if "drop_path_rate" in reason:
        return genrekit.GenrekitError(f"[model] timm's {name} has no branches to leave out: remove drop_path")
    return genrekit.GenrekitError(
        f"[model] timm cannot make {name} with {', '.join(f'{key} {value}' for key, value in arguments.items())}",
        why=reason,
        hint=_other_size(arguments.get("img_size")),
    )


def _other_size(size: tuple[int, int] | None) -> str | None:
    """Multiples of 32 are what most networks take, and a square of 224 what nearly all of a fixed size do."""
    if size is None:
        return None
    return f"image_size = {[-(-side // 32) * 32 for side in size]}, or [224, 224]"
