"""The contracts of what training is made of: optimizers, schedulers, losses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.component import Optimizer, Scheduler
from genrekit.testing.contract import Case, check
from genrekit.testing.same import assert_close, assert_finite, untouched

if TYPE_CHECKING:
    import torch
    from torch import nn

    from genrekit.component import Loss

EPOCHS, STEPS = 6, 4


def check_optimizer(component: Optimizer) -> None:
    """Check a `genrekit.Optimizer`; raises AssertionError with everything that is wrong."""
    from genrekit.testing.contract import check_component

    check_component(component)


def check_scheduler(component: Scheduler) -> None:
    """Check a `genrekit.Scheduler`; raises AssertionError with everything that is wrong."""
    from genrekit.testing.contract import check_component

    check_component(component)


def check_loss(component: Loss) -> None:
    """Check a `genrekit.Loss`; raises AssertionError with everything that is wrong."""
    from genrekit.testing.contract import check_component

    check_component(component)


def _network() -> nn.Module:
    import torch
    from torch import nn

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))


def _loss(network: nn.Module) -> torch.Tensor:
    import torch

    angle = torch.arange(32.0)
    inputs = torch.stack([angle.sin(), angle.cos(), (2 * angle).sin(), (2 * angle).cos()], dim=1)
    return torch.nn.functional.cross_entropy(network(inputs), torch.arange(32) % 3)


def _step(network: nn.Module, optimizer: torch.optim.Optimizer) -> float:
    import torch

    optimizer.zero_grad(set_to_none=True)
    loss = _loss(network)
    torch.autograd.backward(loss)
    optimizer.step()
    return float(loss.detach())


def _weights(network: nn.Module) -> torch.Tensor:
    import torch

    return torch.cat([weight.detach().flatten() for weight in network.parameters()])


@check("learns", "optimizer")
def learns(case: Case) -> None:
    """build() takes any iterable of parameters, once, and the optimizer lowers a loss."""
    import torch

    network = _network()
    parameters: Iterator[nn.Parameter] = iter(network.parameters())
    optimizer = case.component.build(parameters)
    assert isinstance(optimizer, torch.optim.Optimizer), f"build() gives a {type(optimizer).__name__}"
    before = float(_loss(network).detach())
    for _ in range(20):
        _step(network, optimizer)
    after = float(_loss(network).detach())
    assert math.isfinite(after), "the weights are not finite after 20 steps"
    assert after < before, f"20 steps took the loss from {before:.4g} to {after:.4g}"


@check("has a learning rate", "optimizer")
def has_a_learning_rate(case: Case) -> None:
    """Every group of parameters has ``lr``, which schedulers change and the history records."""
    optimizer = case.component.build(_network().parameters())
    assert all(group.get("lr", 0) > 0 for group in optimizer.param_groups), "a group of parameters has no lr above 0"


@check("resumes exactly", "optimizer", "scheduler")
def resumes_exactly(case: Case) -> None:
    """Its state goes into a checkpoint without pickle, and training goes on from there as if nothing had happened."""
    straight, resumed = _run(case), _run(case)
    for _ in range(3):
        straight.epoch()
        resumed.epoch()
    again = resumed.saved_and_loaded(Path(case.folder) / "checkpoint.safetensors")
    for _ in range(2):
        straight.epoch()
        again.epoch()
    assert straight.rates == resumed.rates + again.rates, "the learning rates differ after resuming"
    assert_close(_weights(again.network), _weights(straight.network), "weights after resuming", 0)


class _run:  # noqa: N801
    """A few steps of training, with the optimizer or the scheduler on trial."""

    def __init__(self, case: Case) -> None:
        import torch

        self.case, component = case, case.component
        self.network = _network()
        trial = isinstance(component, Optimizer)
        parameters = self.network.parameters()
        self.optimizer = component.build(parameters) if trial else torch.optim.SGD(parameters, lr=0.1, momentum=0.9)
        self.scheduler: Any = None if trial else component.build(self.optimizer, EPOCHS, STEPS)
        self.rates: list[float] = []
        self.epochs = 0

    def epoch(self) -> None:
        self.epochs += 1
        for _ in range(STEPS):
            loss = _step(self.network, self.optimizer)
            self._advance("step", {})
        figures = {"accuracy": 0.5, "macro_f1": 0.5, "balanced_accuracy": 0.5, "loss": 1.0, "train_loss": loss}
        read = self.scheduler is not None and self.case.component.goes_by()
        self._advance("epoch", {read: 0.5} | figures if read else figures)

    def _advance(self, interval: str, figures: dict[str, float]) -> None:
        if self.scheduler is not None and self.case.component.interval == interval:
            self.case.component.advance(self.scheduler, figures)
        self.rates.append(self.optimizer.param_groups[0]["lr"])

    def saved_and_loaded(self, path: Path) -> _run:
        from genrekit import checkpoint

        checkpoint.save(path, checkpoint.Progress(), self.parts)
        other = _run(self.case)
        checkpoint.load(path, other.parts)
        return other

    @property
    def parts(self) -> dict[str, Any]:
        return {"network": self.network, "optimizer": self.optimizer, "scheduler": self.scheduler}


@check("learning rates make sense", "scheduler")
def learning_rates_make_sense(case: Case) -> None:
    """From the first step to the last, learning rates are finite and not negative, and the first is above 0."""
    assert case.component.interval in {"epoch", "step"}, f"interval is {case.component.interval!r}"
    by_step = case.component.interval == "step"
    assert not (by_step and case.component.goes_by()), "goes_by names a figure, which there is only after an epoch"
    run = _run(case)
    first = run.optimizer.param_groups[0]["lr"]
    assert first > 0, f"the first step has the learning rate {first}"
    for _ in range(EPOCHS):
        run.epoch()
    odd = [rate for rate in run.rates if not (math.isfinite(rate) and rate >= 0)]
    assert not odd, f"a learning rate is {odd[0]}"


@check("one epoch of one step", "scheduler")
def one_epoch_of_one_step(case: Case) -> None:
    """The shortest training there is does not divide by zero."""
    import torch

    optimizer = torch.optim.SGD(_network().parameters(), lr=0.1)
    case.component.build(optimizer, 1, 1)
    assert math.isfinite(optimizer.param_groups[0]["lr"]), "the learning rate is not finite"


def _targets(component: Loss, clips: int = 6) -> torch.Tensor:
    """One label a clip, or several; the last clip is mixed from two."""
    import torch

    targets = torch.zeros(clips, 3)
    targets[torch.arange(clips), torch.arange(clips) % 3] = 1
    if component.multi_label:
        targets[::2, 0] = 1
    targets[-1] = torch.tensor([0.25, 0.0, 0.75])
    return targets


def _built(component: Loss) -> nn.Module:
    return component.build([3, 2, 1], 6)


def _logits(clips: int = 6) -> torch.Tensor:
    import torch

    return torch.sin(torch.arange(3.0 * clips)).reshape(clips, 3)


@check("each example's loss", "loss")
def each_examples_loss(case: Case) -> None:
    """(logits [n, classes], targets [n, classes]) become [n] finite numbers with gradients; inputs stay as they are."""
    import torch

    component, logits = case.component, _logits().requires_grad_()
    targets = _targets(component)
    with untouched(targets, "the loss"):
        found = _built(component)(logits, targets)
    assert list(found.shape) == [6], f"losses of 6 examples have shape {list(found.shape)}, not [6]"
    assert_finite(found, "the loss")
    torch.autograd.backward(found.sum())
    assert logits.grad is not None and bool(logits.grad.abs().sum() > 0), "the logits have no gradient"


@check("batch = single", "loss")
def batch_is_single(case: Case) -> None:
    """An example's loss does not depend on what else is in its batch."""
    module, logits, targets = _built(case.component), _logits(), _targets(case.component)
    together = module(logits, targets)
    alone = [module(logits[row : row + 1], targets[row : row + 1])[0] for row in range(len(logits))]
    for row, loss in enumerate(alone):
        assert_close(loss, together[row], f"example {row} alone and in a batch", 1e-6)


@check("right is better than wrong", "loss")
def right_is_better(case: Case) -> None:
    """Logits that say what the targets say lose less than their opposite."""
    targets = _targets(case.component)[:-1]
    module, logits = _built(case.component), 4 * (2 * targets - 1)
    right, wrong = module(logits, targets), module(-logits, targets)
    assert bool((right < wrong).all()), f"right answers lose {right.tolist()}, wrong ones {wrong.tolist()}"


@check("extreme logits", "loss")
def extreme_logits(case: Case) -> None:
    """Logits of 1000, and classes without a training example, give finite losses."""
    targets = _targets(case.component)
    for scale in (0.0, 1000.0):
        assert_finite(_built(case.component)(scale * _logits(), targets), f"logits of up to {scale:g}")
    assert_finite(case.component.build([6, 0, 0], 6)(_logits(), targets), "a class without training examples")


@check("probabilities", "loss")
def probabilities(case: Case) -> None:
    """activation() turns logits into probabilities that add up to 1, unless a clip may have several labels."""
    component = case.component
    found = component.activation(_logits())
    assert bool(((found >= 0) & (found <= 1)).all()), "a probability is not within 0 … 1"
    if not component.multi_label:
        sums = found.sum(dim=-1)
        assert bool(((sums - 1).abs() < 1e-4).all()), f"probabilities of one label a clip add up to {sums.tolist()}"
