"""Layer-wise learning rates. Imports torch and timm."""

from __future__ import annotations

from typing import Any

from timm.optim import param_groups_layer_decay  # type: ignore[attr-defined]
from torch import nn


def rates(network: nn.Module, decay: float) -> dict[str, float]:
    """Parameter name -> ``decay`` to the power of how many layers are above it, in timm's own order of layers.

    As in Clark et al., "ELECTRA", ICLR 2020, and Bao et al., "BEiT", ICLR 2022.
    """
    inner: Any = network.network
    groups: Any = param_groups_layer_decay(inner, weight_decay=0.0, layer_decay=decay)
    names = {parameter: name for name, parameter in network.named_parameters()}
    return {names[one]: float(group["lr_scale"]) for group in groups for one in group["params"]}
