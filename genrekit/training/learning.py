"""One step of training: forward, backward, and what the optimizer makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from genrekit.ensemble import Seeing, built, members_of
from genrekit.errors import TrainingError, one_line
from genrekit.processes import BatchShare, Processes
from genrekit.profile import Profile
from genrekit.randomness import torch_seed
from genrekit.recipe import Recipe
from genrekit.training.batches import Piece, examples_each
from genrekit.training.inputs import Inputs
from genrekit.training.memory import is_out_of_memory, largest_that_fits, out_of_memory
from genrekit.training.refusals import told_otherwise

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Learner:
    """What changes the network's weights."""

    recipe: Recipe
    network: torch.nn.Module
    loss: torch.nn.Module
    optimizer: torch.optim.Optimizer
    inputs: Inputs
    processes: Processes
    share: BatchShare
    profile: Profile

    def step(self, epoch: int, step: int, pieces: list[Piece]) -> float:
        """Learn from one batch, or one for each member, piece by piece; returns the mean loss of the examples.

        Where that is no finite number, the weights stay as they are.
        """
        import torch

        examples = examples_each(pieces)
        # Dropout and the like draw from torch's global generator.
        torch.manual_seed(torch_seed(self.recipe.seed, "step", epoch, step))
        self.optimizer.zero_grad(set_to_none=True)
        total = torch.stack([self._learn_within_memory(piece, examples) for piece in pieces]).sum()
        loss = self.processes.add(total).item() / sum(len(piece.indices) for piece in pieces)
        if math.isfinite(loss):
            self._descend()
        return loss

    def _learn_within_memory(self, piece: Piece, examples: int) -> torch.Tensor:
        try:
            return self._learn(piece, examples)
        except Exception as error:
            told = told_otherwise(error, len(piece.draft.indices))
            if told is not None:
                raise told from error
            if not is_out_of_memory(error):
                raise
            why = one_line(error)[:200]
        # Here the error, and with it all that the attempt held, is gone.
        raise self._out_of_memory(piece, why)

    def _out_of_memory(self, piece: Piece, why: str) -> TrainingError:
        at_once, fits = len(piece.draft.indices), None
        # Several processes would wait for one another.
        if self.processes.count == 1:
            fits = largest_that_fits(lambda size: self._try(piece, size), at_once)
        return out_of_memory(at_once, self.recipe.train.batch_size, fits, why)

    def _try(self, piece: Piece, size: int) -> None:
        """Go forward and backward with ``size`` of a piece's examples. What comes of it is of no use."""
        import torch

        network, features, targets = self._member_and_inputs(piece)
        with self._autocast(features.device.type):
            logits = network(features[:size]).float()
            loss: torch.Tensor = self.loss(logits, targets[:size]).sum()
        torch.autograd.backward(loss)

    def _learn(self, piece: Piece, examples: int) -> torch.Tensor:
        """Add a piece's gradients to those that are there; returns the sum of its examples' losses.

        ``examples`` is how many its member learns from in this step.
        """
        import torch

        self.share.rows, self.share.total = piece.share, len(piece.indices)
        network, features, targets = self._member_and_inputs(piece)
        with self.profile("forward"), self._autocast(features.device.type):
            loss: torch.Tensor = self.loss(network(features).float(), targets).sum()
        with self.profile("backward"):
            torch.autograd.backward(loss / examples)
        return loss.detach()

    def _member_and_inputs(self, piece: Piece) -> tuple[torch.nn.Module, torch.Tensor, torch.Tensor]:
        """What the model has built for the piece's member, the features that it sees, and their targets."""
        member = members_of(self.network)[piece.member]
        inputs = replace(self.inputs, channels=member.channels) if isinstance(member, Seeing) else self.inputs
        return built(member), *inputs(piece.draft)

    def _autocast(self, device: str) -> torch.autocast:
        import torch

        return torch.autocast(device, torch.bfloat16, enabled=self.recipe.train.precision == "bf16")

    def _descend(self) -> None:
        from torch.nn.utils import clip_grad_norm_

        with self.profile("backward"):
            self.processes.add_gradients(self.network)
        with self.profile("optimizer"):
            limit = self.recipe.train.clip_gradients
            if limit is not None:
                for member in members_of(self.network):
                    clip_grad_norm_(member.parameters(), limit)
            self.optimizer.step()
