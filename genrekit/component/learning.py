"""What training lowers, how weights follow, and how fast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from genrekit.component.base import Component

if TYPE_CHECKING:
    import torch
    from torch.optim.lr_scheduler import LRScheduler


class Loss(Component):
    """What training lowers, and with it the task: one label a clip, or several."""

    kind: ClassVar[str] = "loss"
    multi_label: ClassVar[bool] = False
    """False: each clip has one label, and probabilities are the softmax of the logits.
    True: a clip has any number of labels, and each has its own probability, the sigmoid of its logit."""

    def build(self, counts: Sequence[int], examples: int) -> torch.nn.Module:
        """A module: (logits float32 [n, classes], targets float32 [n, classes]) -> each example's loss, float32 [n].

        Targets are 1 for an example's labels and 0 elsewhere, or anything between where examples were mixed.
        ``counts`` says how many of the ``examples`` of the training part have each label.
        """
        raise NotImplementedError

    def activation(self, logits: torch.Tensor) -> torch.Tensor:
        """Probabilities [..., classes] from logits."""
        return logits.sigmoid() if self.multi_label else logits.softmax(dim=-1)


class Optimizer(Component):
    """How weights follow gradients."""

    kind: ClassVar[str] = "optimizer"

    def build(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """A torch optimizer over ``parameters``."""
        raise NotImplementedError


class Scheduler(Component):
    """How the learning rate changes, epoch by epoch or step by step."""

    kind: ClassVar[str] = "scheduler"
    interval: ClassVar[Literal["epoch", "step"]] = "epoch"
    """When `advance` is called: after each epoch, or after each step."""

    def build(self, optimizer: torch.optim.Optimizer, epochs: int, steps_per_epoch: int) -> LRScheduler:
        """A torch scheduler; its state must be plain numbers and lists, so that checkpoints can hold it."""
        raise NotImplementedError

    def goes_by(self) -> str | None:
        """The figure that `advance` reads, of validation or ``train_loss``; None if it reads none.

        A run begins only if there is such a figure, and epochs that are not validated are passed over.
        """
        return None

    def advance(self, scheduler: LRScheduler, metrics: Mapping[str, float]) -> None:
        """Step it. ``metrics`` holds the epoch's validation figures (empty when ``interval`` is "step")."""
        scheduler.step()
