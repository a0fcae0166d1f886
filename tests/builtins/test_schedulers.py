"""The schedulers: the learning rates they give, and that their state is plain JSON from which they go on exactly."""

from __future__ import annotations

import json
import math

import pytest
import torch
from pydantic import ValidationError
from torch import nn, optim

import genrekit
from genrekit_builtins.schedulers import Cosine, Plateau, Step, warm_cosine

LOSSES = [1.0, 0.9, 0.95, 0.94, 0.93, 0.92, 0.91, 0.5, 0.6, 0.7, 0.8, 0.9]


def optimizer(lr: float = 0.1, groups: int = 1) -> optim.Optimizer:
    parameters = [{"params": [nn.Parameter(torch.zeros(1))], "lr": lr * (group + 1)} for group in range(groups)]
    return optim.SGD(parameters, lr=lr)


class Run:
    """A scheduler as training drives it: epochs of two steps."""

    def __init__(self, options: genrekit.Scheduler, epochs: int) -> None:
        self.options, self.optimizer = options, optimizer()
        self.scheduler = options.build(self.optimizer, epochs, 2)

    def epoch(self, loss: float) -> list[float]:
        """The learning rate of each step."""
        rates = []
        for _ in range(2):
            rates.append(self.optimizer.param_groups[0]["lr"])
            self.optimizer.step()
            if self.options.interval == "step":
                self.options.advance(self.scheduler, {})
        if self.options.interval == "epoch":
            self.options.advance(self.scheduler, {"loss": loss, "macro_f1": -loss})
        return rates


def test_step_halves_every_ten_epochs_by_default() -> None:
    run = Run(Step(), 25)
    rates = [run.epoch(1.0)[0] for _ in range(25)]
    assert rates == pytest.approx([0.1] * 10 + [0.05] * 10 + [0.025] * 5)


def test_step_equals_torchs_steplr() -> None:
    ours, plain_optimizer = Run(Step(step_size=3, gamma=0.1), 9), optimizer()
    plain = optim.lr_scheduler.StepLR(plain_optimizer, 3, 0.1)
    for _ in range(9):
        assert ours.epoch(1.0)[0] == plain_optimizer.param_groups[0]["lr"]
        plain_optimizer.step()
        plain.step()


def test_cosine_equals_torchs_annealing() -> None:
    run, plain_optimizer = Run(Cosine(min_lr=0.01), 10), optimizer()
    plain = optim.lr_scheduler.CosineAnnealingLR(plain_optimizer, T_max=20, eta_min=0.01)
    for _ in range(10):
        for rate in run.epoch(1.0):
            assert rate == pytest.approx(plain_optimizer.param_groups[0]["lr"], rel=1e-9)
            plain_optimizer.step()
            plain.step()
    assert run.optimizer.param_groups[0]["lr"] == pytest.approx(0.01)


def test_cosine_warms_up_first() -> None:
    run = Run(Cosine(warmup_epochs=2, min_lr=0.02), 6)
    rates = [rate for _ in range(6) for rate in run.epoch(1.0)]
    assert rates[:5] == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1])
    assert rates[8] == pytest.approx(0.06), "half way between 0.1 and 0.02"
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert rates[-1] > 0.02


def test_cosine_gives_each_group_its_own_floor() -> None:
    both = optimizer(groups=2)
    scheduler = Cosine(min_lr=0.05).build(both, 3, 1)
    for _ in range(3):
        both.step()
        scheduler.step()
    assert [group["lr"] for group in both.param_groups] == pytest.approx([0.05, 0.05])


def test_warm_cosine_stays_at_its_floor() -> None:
    assert warm_cosine(0, 0, 4, 0.1) == 1
    assert warm_cosine(4, 0, 4, 0.1) == warm_cosine(99, 0, 4, 0.1) == pytest.approx(0.1)
    assert warm_cosine(2, 0, 4, 0.0) == pytest.approx((1 + math.cos(math.pi / 2)) / 2)
    assert warm_cosine(5, 5, 5, 0.0) == 1, "a warm-up as long as training never comes down"


def test_plateau_waits_and_then_halves() -> None:
    run = Run(Plateau(patience=3), 12)
    rates = [run.epoch(loss)[0] for loss in LOSSES]
    # 0.9 is not beaten in epochs 3 to 6: three are waited out, the fourth halves; likewise after 0.5.
    assert rates == pytest.approx([0.1] * 6 + [0.05] * 6)
    assert run.optimizer.param_groups[0]["lr"] == pytest.approx(0.025)


def test_plateau_knows_which_way_is_better() -> None:
    rising = Run(Plateau(metric="macro_f1", patience=0), 4)
    falling = Run(Plateau(metric="macro_f1", patience=0, mode="min"), 4)
    for loss in (0.9, 0.8, 0.7, 0.6):
        rising.epoch(loss)
        falling.epoch(loss)
    assert rising.optimizer.param_groups[0]["lr"] == 0.1
    assert falling.optimizer.param_groups[0]["lr"] == pytest.approx(0.1 / 8), "-0.9, -0.8, … is no fall"


@pytest.mark.parametrize("figure", ["loss", "log_loss", "brier", "expected_calibration_error"])
def test_plateau_knows_the_figures_of_which_less_is_better(figure: str) -> None:
    run = Run(Plateau(metric=figure, patience=0), 3)
    for value in (0.9, 0.8, 0.7):
        run.options.advance(run.scheduler, {figure: value})
    assert run.optimizer.param_groups[0]["lr"] == 0.1


def test_plateau_says_what_it_goes_by() -> None:
    assert Plateau(metric="macro_f1").goes_by() == "macro_f1"
    assert Cosine().goes_by() is None


@pytest.mark.parametrize(
    "options",
    [Step(step_size=2), Cosine(warmup_epochs=1.5, min_lr=1e-3), Plateau(patience=1), Plateau(metric="macro_f1")],
    ids=repr,
)
def test_goes_on_from_json_as_if_nothing_happened(options: genrekit.Scheduler) -> None:
    straight = Run(options, 12)
    expected = [straight.epoch(loss) for loss in LOSSES]

    first = Run(options, 12)
    assert [first.epoch(loss) for loss in LOSSES[:5]] == expected[:5]
    state = json.loads(json.dumps([first.scheduler.state_dict(), first.optimizer.state_dict()]))
    second = Run(options, 12)
    second.scheduler.load_state_dict(state[0])
    second.optimizer.load_state_dict(state[1])
    assert [second.epoch(loss) for loss in LOSSES[5:]] == expected[5:]


def test_what_changes_when() -> None:
    assert [cls.interval for cls in (Step, Cosine, Plateau)] == ["epoch", "step", "epoch"]
    assert not any(cls.default for cls in (Step, Cosine, Plateau)), "a recipe without one keeps its rate constant"


@pytest.mark.parametrize(
    ("component", "options"),
    [(Step, {"gamma": 1.5}), (Step, {"step_size": 0}), (Cosine, {"min_lr": -1}), (Plateau, {"mode": "up"})],
)
def test_options_out_of_bounds_are_refused(component: type[genrekit.Scheduler], options: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(options))):
        component(**options)
