"""Several networks of one model, trained side by side, whose mean answer counts.

Hansen & Salamon, "Neural network ensembles", IEEE TPAMI 1990. That members differ in their first weights and in the
order of their examples is enough: Lakshminarayanan, Pritzel & Blundell, "Simple and scalable predictive uncertainty
estimation using deep ensembles", NeurIPS 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from genrekit.component import FeatureShape, Model


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


def build_network(model: Model, shape: FeatureShape, classes: int, size: int) -> nn.Module:
    """What ``model`` builds; for a ``size`` above 1 as often, together. The first is as it would be alone."""
    members = [model.build(shape, classes) for _ in range(size)]
    return Ensemble(members) if size > 1 else members[0]


def members_of(network: nn.Module) -> list[nn.Module]:
    """The networks that learn, each by itself; a lone one is its own member."""
    return list(network.members) if isinstance(network, Ensemble) else [network]
