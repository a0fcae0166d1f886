"""Several networks of one model, trained side by side, whose mean answer counts.

Hansen & Salamon, "Neural network ensembles", IEEE TPAMI 1990. That members differ in their first weights and in the
order of their examples is enough: Lakshminarayanan, Pritzel & Blundell, "Simple and scalable predictive uncertainty
estimation using deep ensembles", NeurIPS 2017. Where features have several channels, members may each see some of them,
and err more differently: Kittler, Hatef, Duin & Matas, "On combining classifiers", IEEE TPAMI 1998.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from genrekit.errors import RecipeError

if TYPE_CHECKING:
    from genrekit.component import FeatureShape, Model

Channels = Sequence[int]
"""Numbers of the features' channels, from 0, that one member sees."""


class Ensemble(nn.Module):
    """features [batch, channels, bins, frames] -> the mean of the members' logits [batch, classes].

    Of logits, not of probabilities: it serves one label a clip and several alike, and what a temperature divides is
    still a logit. For one label it is the normalised geometric mean of the members' probabilities.
    """

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return torch.stack([member(features) for member in self.members]).mean(0)


class Seeing(nn.Module):
    """features [batch, channels, bins, frames] -> what ``network`` answers to those of its ``channels``."""

    def __init__(self, network: nn.Module, channels: Channels) -> None:
        super().__init__()
        self.network, self.channels = network, list(channels)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network(picked(features, self.channels))
        return logits


def picked(features: torch.Tensor, channels: Channels) -> torch.Tensor:
    """Those ``channels`` of features [batch, channels, bins, frames], in that order."""
    return features[:, list(channels)]


def refuse_channels_beyond(shape: FeatureShape, channels: Sequence[Channels] | None) -> None:
    """`RecipeError` where a member is to see a channel that features of ``shape`` do not have."""
    if channels is None:
        return
    beyond = max(map(max, channels))
    if beyond >= shape.channels:
        raise RecipeError(
            f"[train] 'ensemble_channels' names channel {beyond}, and the features have {shape.channels}, from 0",
            hint="the options of [features] decide how many there are",
        )


def shapes_seen(shape: FeatureShape, channels: Sequence[Channels] | None) -> list[FeatureShape]:
    """The shapes of what members see of features of ``shape``, each once."""
    if channels is None:
        return [shape]
    return [shape._replace(channels=count) for count in sorted(set(map(len, channels)))]


def build_network(
    model: Model, shape: FeatureShape, classes: int, size: int, channels: Sequence[Channels] | None = None
) -> nn.Module:
    """What ``model`` builds; for a ``size`` above 1 as often, together. The first is as it would be alone.

    ``channels`` are those that the first, second … member sees, and the first again after the last; None: all see all.
    """
    if channels is None:
        members = [model.build(shape, classes) for _ in range(size)]
    else:
        members = [_seeing(model, shape, classes, channels[number % len(channels)]) for number in range(size)]
    return Ensemble(members) if size > 1 else members[0]


def _seeing(model: Model, shape: FeatureShape, classes: int, channels: Channels) -> Seeing:
    return Seeing(model.build(shape._replace(channels=len(channels)), classes), channels)


def members_of(network: nn.Module) -> list[nn.Module]:
    """The networks that learn, each by itself; a lone one is its own member."""
    return list(network.members) if isinstance(network, Ensemble) else [network]


def built(member: nn.Module) -> nn.Module:
    """What the model has built for a member."""
    return member.network if isinstance(member, Seeing) else member
