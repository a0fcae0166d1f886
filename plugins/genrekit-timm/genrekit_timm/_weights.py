"""A network with weights from a local file. Imports torch and timm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import timm
import torch
from torch import nn

import genrekit
from genrekit.errors import one_line
from genrekit_timm._backbone import create
from genrekit_timm.content import content_of

if TYPE_CHECKING:
    from genrekit_timm.model import Timm


def network_with(options: Timm, arguments: dict[str, Any]) -> nn.Module:
    """The network, begun with ``options.weights``; `genrekit.GenrekitError` where those are of another network."""
    weights = _read(options)
    networks = []
    for seed in (0, 1):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            networks.append(_loaded(options, arguments, weights))
    _refuse_if_little(options, networks)
    return _loaded(options, arguments, weights)


def _loaded(options: Timm, arguments: dict[str, Any], weights: dict[str, torch.Tensor]) -> nn.Module:
    # timm takes what it needs out of the dictionary.
    overlay = {"state_dict": dict(weights)}
    try:
        network: nn.Module = timm.create_model(
            options.architecture, pretrained=True, pretrained_cfg_overlay=overlay, **arguments
        )
    except Exception as error:
        # Whether it is the network that cannot be made is said better without the weights.
        create(options.architecture, False, arguments)
        raise _other_network(options, one_line(error)[:300]) from error
    return network


def _read(options: Timm) -> dict[str, torch.Tensor]:
    import safetensors.torch

    assert options.weights is not None
    content_of(options.weights)
    try:
        found: dict[str, torch.Tensor] = safetensors.torch.load_file(options.weights)
    except (OSError, safetensors.SafetensorError) as error:
        raise genrekit.GenrekitError(f"cannot read the weights in {options.weights}: {error}") from None
    return found


def _refuse_if_little(options: Timm, networks: list[nn.Module]) -> None:
    """timm leaves what a file does not hold as it was drawn, and says nothing. It shows where the seed decides it."""
    first, second = (dict(network.named_parameters()) for network in networks)
    drawn = [name for name in first if not torch.equal(first[name], second[name])]
    expected: Any = networks[0].pretrained_cfg
    classifier = expected.get("classifier") or ()
    classifier = (classifier,) if isinstance(classifier, str) else classifier
    missing = [name for name in drawn if not name.startswith(tuple(f"{part}." for part in classifier))]
    if missing:
        raise _other_network(options, f"{len(missing)} of {len(first)} tensors are not in it, {missing[0]} for one")


def _other_network(options: Timm, why: str) -> genrekit.GenrekitError:
    return genrekit.GenrekitError(
        f"{options.weights} does not hold the weights of {options.architecture}",
        why=why,
        hint="the name of the network that the file is of",
    )
