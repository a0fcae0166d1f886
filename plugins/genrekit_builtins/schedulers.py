"""The ``step``, ``cosine`` and ``plateau`` schedulers: the learning rate goes down as training goes on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import genrekit
from genrekit.history import LESS_IS_BETTER

if TYPE_CHECKING:
    from torch import optim
    from torch.optim.lr_scheduler import LRScheduler


class Step(genrekit.Scheduler):
    """Multiplies the learning rate by ``gamma`` every ``step_size`` epochs."""

    use: Literal["step"] = "step"
    step_size: int = genrekit.Field(10, ge=1, description="epochs from one change to the next")
    gamma: float = genrekit.Field(0.5, gt=0, le=1, description="factor of each change")

    def build(self, optimizer: optim.Optimizer, epochs: int, steps_per_epoch: int) -> LRScheduler:
        from torch.optim.lr_scheduler import StepLR

        return StepLR(optimizer, self.step_size, self.gamma)


class Cosine(genrekit.Scheduler):
    """Half a cosine from the learning rate down to ``min_lr``, after a linear warm-up; changes at every step.

    Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, without the restarts.
    """

    interval: ClassVar[Literal["epoch", "step"]] = "step"

    use: Literal["cosine"] = "cosine"
    warmup_epochs: float = genrekit.Field(0.0, ge=0, description="epochs in which the rate rises from near 0")
    min_lr: float = genrekit.Field(0.0, ge=0, description="learning rate at the end")

    def build(self, optimizer: optim.Optimizer, epochs: int, steps_per_epoch: int) -> LRScheduler:
        from torch.optim.lr_scheduler import LambdaLR

        steps, warmup = epochs * steps_per_epoch, round(self.warmup_epochs * steps_per_epoch)
        floors = [min(1.0, self.min_lr / group["lr"]) for group in optimizer.param_groups]

        def shape(floor: float) -> Any:
            return lambda step: warm_cosine(step, warmup, steps, floor)

        # LambdaLR leaves plain functions out of its state, which is what a checkpoint needs: a count of steps.
        return LambdaLR(optimizer, [shape(floor) for floor in floors])


def warm_cosine(step: int, warmup: int, steps: int, floor: float) -> float:
    """The factor of the learning rate: up to 1 in ``warmup`` steps, then down to ``floor`` at ``steps``.

    >>> [round(warm_cosine(step, 2, 6, 0.0), 3) for step in range(8)]
    [0.5, 1.0, 1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """
    if step < warmup:
        return (step + 1) / warmup
    done = min(1.0, (step - warmup) / max(1, steps - warmup))
    return floor + (1 - floor) * (1 + math.cos(math.pi * done)) / 2


class Plateau(genrekit.Scheduler):
    """Multiplies the learning rate by ``factor`` when a validation figure has not improved for ``patience`` epochs."""

    use: Literal["plateau"] = "plateau"
    metric: str = genrekit.Field("loss", description="the validation figure that must improve")
    mode: Literal["auto", "min", "max"] = genrekit.Field(
        "auto", description="which way is better; auto: min for losses, brier and calibration error, max for all else"
    )
    factor: float = genrekit.Field(0.5, gt=0, lt=1, description="factor of each change")
    patience: int = genrekit.Field(3, ge=0, description="epochs without improvement that are waited out")
    threshold: float = genrekit.Field(1e-4, ge=0, description="relative change that counts as improvement")
    min_lr: float = genrekit.Field(0.0, ge=0, description="the learning rate never goes below this")

    def build(self, optimizer: optim.Optimizer, epochs: int, steps_per_epoch: int) -> LRScheduler:
        from torch.optim.lr_scheduler import ReduceLROnPlateau

        less = "loss" in self.metric or self.metric in LESS_IS_BETTER
        auto: Literal["min", "max"] = "min" if less else "max"
        mode = auto if self.mode == "auto" else self.mode
        return ReduceLROnPlateau(optimizer, mode, self.factor, self.patience, self.threshold, min_lr=self.min_lr)

    def goes_by(self) -> str:
        return self.metric

    def advance(self, scheduler: LRScheduler, metrics: Mapping[str, float]) -> None:
        scheduler.step(metrics[self.metric])  # type: ignore[arg-type]


@genrekit.hookimpl
def register_schedulers(register: Any) -> None:
    register(Step)
    register(Cosine)
    register(Plateau)
