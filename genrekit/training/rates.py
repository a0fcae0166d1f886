"""The recipe's optimizer, with the learning rates that the model asks for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from genrekit.component import Model, Optimizer
from genrekit.errors import TrainingError

if TYPE_CHECKING:
    import torch


def build_optimizer(optimizer: Optimizer, model: Model, network: torch.nn.Module) -> torch.optim.Optimizer:
    """``optimizer`` over all of ``network``'s parameters, each at the rate that `Model.learning_rates` gives it.

    Groups come with the highest rate first: the history records the first one's.
    """
    built = optimizer.build(network.parameters())
    factors = _by_parameter(model, network)
    if factors:
        groups = [part for group in built.param_groups for part in _split(group, factors)]
        # Not `add_param_group`: what the optimizer keeps of each parameter it has by now.
        built.param_groups[:] = sorted(groups, key=lambda group: -float(group["lr"]))
    return built


def _by_parameter(model: Model, network: torch.nn.Module) -> dict[torch.nn.Parameter, float]:
    from genrekit.ensemble import built, members_of

    found: dict[torch.nn.Parameter, float] = {}
    for member in map(built, members_of(network)):
        parameters, factors = dict(member.named_parameters()), model.learning_rates(member)
        problem = misfit(factors, parameters)
        if problem:
            raise TrainingError(f"[model] {model.use}: its learning rates do not fit: {problem}")
        found |= {parameters[name]: factor for name, factor in factors.items()}
    return found


def misfit(factors: Mapping[str, float], parameters: Mapping[str, object]) -> str | None:
    """What is wrong with ``factors``; None if nothing is."""
    unknown = [name for name in factors if name not in parameters]
    odd = [name for name, factor in factors.items() if not (math.isfinite(factor) and factor > 0)]
    if unknown:
        return f"the network has no parameter {unknown[0]}"
    return f"the factor of {odd[0]} is {factors[odd[0]]}, not above 0" if odd else None


def _split(group: dict[str, Any], factors: Mapping[torch.nn.Parameter, float]) -> list[dict[str, Any]]:
    """``group`` in parts of one rate each; a part has the group's other options."""
    parts: dict[float, list[torch.nn.Parameter]] = {}
    for parameter in group["params"]:
        parts.setdefault(factors.get(parameter, 1.0), []).append(parameter)
    return [group | {"params": part, "lr": group["lr"] * factor} for factor, part in parts.items()]
