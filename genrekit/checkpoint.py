"""Exact resume: all that decides what comes next, in one safetensors file. No pickle."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit import atomic
from genrekit.errors import TrainingError
from genrekit.trees import flatten, restore

if TYPE_CHECKING:
    import torch


@dataclass
class Progress:
    """How far training has come. Random draws need no state: seed, epoch and clip decide them."""

    epoch: int = 0
    best_epoch: int = 0
    stopped: str | None = None


def save(path: Path, progress: Progress, parts: dict[str, Any]) -> None:
    """Write ``progress`` and the ``state_dict()`` of each part (network, optimizer, scheduler)."""
    import safetensors.torch

    tensors: dict[str, torch.Tensor] = {}
    states = {name: flatten(part.state_dict(), tensors, name) for name, part in parts.items() if part is not None}
    metadata = {"progress": json.dumps(asdict(progress)), "states": json.dumps(states)}
    with atomic.replacing(path) as temporary:
        safetensors.torch.save_file(_unshared(tensors), temporary, metadata=metadata)


def load(path: Path, parts: dict[str, Any]) -> Progress:
    """Put each part back into its state; returns the progress."""
    import safetensors
    import safetensors.torch

    try:
        tensors = safetensors.torch.load_file(path)
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata()
        progress = Progress(**json.loads(metadata["progress"]))
        states = json.loads(metadata["states"])
    except (OSError, safetensors.SafetensorError, KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"the checkpoint {path} cannot be read: {error}") from None
    for name, part in parts.items():
        if part is not None:
            part.load_state_dict(restore(states[name], tensors))
    return progress


def save_weights(path: Path, network: torch.nn.Module) -> None:
    """A module's weights alone."""
    import safetensors.torch

    with atomic.replacing(path) as temporary:
        tensors = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
        safetensors.torch.save_file(_unshared(tensors), temporary)


def load_weights(path: Path, network: torch.nn.Module) -> None:
    """Put weights back."""
    import safetensors.torch

    network.load_state_dict(safetensors.torch.load_file(path))


def _unshared(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """safetensors refuses tensors that share memory; tied weights are written twice."""
    return {name: tensor.clone() for name, tensor in tensors.items()}
