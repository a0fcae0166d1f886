"""Exact resume: all that decides what comes next, in one safetensors file. No pickle."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit import atomic
from genrekit.errors import TrainingError, one_line
from genrekit.trees import flatten, restore

if TYPE_CHECKING:
    import torch


@dataclass
class Progress:
    """How far training has come. Random draws need no state: seed, epoch and clip decide them.

    ``epoch`` epochs are complete, and ``step`` batches of the next one; ``total`` is the sum of the losses of the
    examples in those, ``seconds`` the time that they took, ``rates`` the learning rates that its line of the history
    will tell. ``first_loss`` is the mean loss of the very first batch.
    """

    epoch: int = 0
    best_epoch: int = 0
    stopped: str | None = None
    step: int = 0
    total: float = 0.0
    seconds: float = 0.0
    rates: dict[str, float] = field(default_factory=dict)
    first_loss: float | None = None

    def end_epoch(self, epoch: int) -> None:
        """All batches of ``epoch`` are done, and it is judged."""
        self.epoch, self.step, self.total, self.seconds = epoch, 0, 0.0, 0.0


@dataclass
class Checkpoint:
    """What a checkpoint file holds. ``recipe`` is what `genrekit.resuming.deciding` gave for the run's recipe."""

    path: Path
    progress: Progress
    recipe: dict[str, Any]
    states: dict[str, Any]
    tensors: dict[str, torch.Tensor] = field(repr=False)

    def restore(self, parts: dict[str, Any]) -> None:
        """Put each part back into its state."""
        try:
            for name, part in parts.items():
                if part is not None:
                    part.load_state_dict(restore(self.states[name], self.tensors))
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise _unusable(self.path, f"it does not fit this recipe and these plugins: {one_line(error)}") from None


def save(path: Path, progress: Progress, parts: dict[str, Any], recipe: dict[str, Any] | None = None) -> None:
    """Write ``progress`` and the ``state_dict()`` of each part (network, optimizer, scheduler)."""
    import safetensors.torch

    tensors: dict[str, torch.Tensor] = {}
    states = {name: flatten(part.state_dict(), tensors, name) for name, part in parts.items() if part is not None}
    about = {"progress": asdict(progress), "states": states, "recipe": recipe or {}}
    metadata = {name: json.dumps(value) for name, value in about.items()}
    with atomic.replacing(path) as temporary:
        safetensors.torch.save_file(_unshared(tensors), temporary, metadata=metadata)


def read(path: Path) -> Checkpoint:
    """What is in the file; `TrainingError` if it is no whole checkpoint."""
    import safetensors
    import safetensors.torch

    try:
        tensors = safetensors.torch.load_file(path)
        with safetensors.safe_open(path, framework="pt") as file:
            about = {name: json.loads(value) for name, value in file.metadata().items()}
        progress = Progress(**about["progress"])
        return Checkpoint(path, progress, about.get("recipe", {}), about["states"], tensors)
    except (OSError, safetensors.SafetensorError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unusable(path, one_line(error)) from None


def load(path: Path, parts: dict[str, Any]) -> Progress:
    """`read` and restore; returns the progress."""
    found = read(path)
    found.restore(parts)
    return found.progress


def _unusable(path: Path, why: str) -> TrainingError:
    return TrainingError(
        f"the checkpoint {path} cannot be used", why=why, hint="remove that file: the run then begins anew"
    )


def save_weights(path: Path, network: torch.nn.Module) -> None:
    """A module's weights alone."""
    import safetensors.torch

    with atomic.replacing(path) as temporary:
        tensors = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
        safetensors.torch.save_file(_unshared(tensors), temporary)


def load_weights(path: Path, network: torch.nn.Module) -> None:
    """Put weights back."""
    import safetensors
    import safetensors.torch

    try:
        network.load_state_dict(safetensors.torch.load_file(path))
    except (OSError, safetensors.SafetensorError, RuntimeError) as error:
        raise TrainingError(
            f"the kept weights {path} cannot be used",
            why=one_line(error),
            hint="remove last.safetensors beside it: --resume then begins anew",
        ) from None


def _unshared(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """safetensors refuses tensors that share memory; tied weights are written twice."""
    return {name: tensor.clone() for name, tensor in tensors.items()}
