"""Optimizers, schedulers and losses that break their contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import toy_plugin
from sins import Sin, changed, module

import genrekit


def training_sins() -> list[Sin]:
    import torch

    def descent(**members: Any) -> genrekit.Component:
        return changed(toy_plugin.Descent, **members)()

    def halving(**members: Any) -> genrekit.Component:
        return changed(toy_plugin.Halving, **members)()

    def still(self: Any, parameters: Any) -> Any:
        return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)

    def twice(self: Any, parameters: Any) -> Any:
        list(parameters)
        return torch.optim.SGD(parameters, lr=0.1)

    def below(self: Any, optimizer: Any, epochs: int, steps: int) -> Any:
        return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 - epoch)

    class Forgets(torch.optim.lr_scheduler.StepLR):
        def load_state_dict(self, state: Any) -> None:
            return

    def forgets(self: Any, optimizer: Any, epochs: int, steps: int) -> Any:
        return Forgets(optimizer, 2)

    return [
        Sin(descent(build=still), "learns", "took the loss from"),
        Sin(descent(build=twice), "learns", "empty parameter list"),
        Sin(descent(build=lambda self, parameters: None), "learns", "gives a NoneType"),
        Sin(halving(build=below), "learning rates make sense", "a learning rate is -"),
        Sin(halving(build=forgets), "resumes exactly", "the learning rates differ"),
        Sin(halving(interval="step", goes_by=lambda self: "loss"), "learning rates make sense", "goes_by names"),
        Sin(
            halving(build=lambda self, optimizer, epochs, steps: torch.optim.lr_scheduler.OneCycleLR(
                optimizer, 0.1, total_steps=steps - 1)),
            "one epoch of one step", "",
        ),
    ]  # fmt: skip


class Squares(genrekit.Loss):
    """The mean squared difference of probabilities and targets."""

    use: Literal["squares"] = "squares"

    def build(self, counts: Any, examples: int) -> Any:
        return module(lambda self, logits, targets: (logits.softmax(1) - targets).square().mean(dim=1))


def loss_sins() -> list[Sin]:
    def squares(compute: Callable[..., Any], **members: Any) -> genrekit.Component:
        def build(self: Any, counts: Any, examples: int) -> Any:
            return module(lambda self, logits, targets: compute(logits, targets))

        return changed(Squares, build=build, **members)()

    def right(logits: Any, targets: Any) -> Any:
        return (logits.softmax(1) - targets).square().mean(dim=1)

    return [
        Sin(squares(lambda x, y: right(x, y).mean()), "each example's loss", "not [6]"),
        Sin(squares(lambda x, y: right(x.detach(), y)), "each example's loss", "does not require grad"),
        Sin(squares(lambda x, y: right(x, y.mul_(1.1))), "each example's loss", "in place"),
        Sin(squares(lambda x, y: right(x, y) / len(x)), "batch = single", "alone and in a batch"),
        Sin(squares(lambda x, y: -right(x, y)), "right is better than wrong", "right answers lose"),
        Sin(squares(lambda x, y: (x.exp() - y).square().mean(dim=1)), "extreme logits", "not finite"),
        Sin(squares(right, activation=lambda self, logits: logits), "probabilities", "not within 0"),
    ]
