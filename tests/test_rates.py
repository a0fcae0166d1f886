"""The learning rates that a model asks for, on optimizers that know nothing of them."""

from __future__ import annotations

import pytest
import torch
import toy_plugin
import weights_plugin

import genrekit
from genrekit.errors import TrainingError
from genrekit.training.rates import build_optimizer
from genrekit_builtins.optimizers import Adam, AdamW
from genrekit_builtins.schedulers import Cosine

SHAPE = genrekit.FeatureShape(1, 8, 8)


def groups(optimizer: genrekit.Optimizer, model: genrekit.Model) -> tuple[torch.optim.Optimizer, dict[str, float]]:
    """The optimizer, and each parameter's rate by name."""
    network = model.build(SHAPE, 3)
    names = {parameter: name for name, parameter in network.named_parameters()}
    built = build_optimizer(optimizer, model, network)
    return built, {names[one]: group["lr"] for group in built.param_groups for one in group["params"]}


def test_each_parameter_learns_at_its_rate() -> None:
    built, rates = groups(toy_plugin.Descent(lr=0.5), weights_plugin.Layered())
    assert rates == pytest.approx({"0.weight": 0.5, "0.bias": 0.5, "5.weight": 0.5, "5.bias": 0.5} | dict.fromkeys(
        ["1.weight", "1.bias"], 0.05
    ))  # fmt: skip
    assert [group["lr"] for group in built.param_groups] == pytest.approx([0.5, 0.05])
    assert all(group["momentum"] == 0.9 for group in built.param_groups)


def test_a_model_that_asks_for_nothing_leaves_the_optimizer_as_it_is() -> None:
    built, rates = groups(toy_plugin.Descent(lr=0.5), toy_plugin.Small())
    assert len(built.param_groups) == 1
    assert set(rates.values()) == {0.5}


def test_groups_of_weight_decay_stay_apart() -> None:
    built, rates = groups(AdamW(lr=1e-3, weight_decay=0.1, decay_biases=False), weights_plugin.Layered())
    found = sorted((group["lr"], group["weight_decay"]) for group in built.param_groups)
    assert [rate for rate, _ in found] == pytest.approx([1e-4, 1e-4, 1e-3, 1e-3])
    assert [decay for _, decay in found] == [0.0, 0.1, 0.0, 0.1]
    assert rates["1.bias"] == pytest.approx(1e-4)


def test_a_step_is_as_long_as_its_rate_says() -> None:
    torch.manual_seed(0)
    model = weights_plugin.Layered()
    network = model.build(SHAPE, 3)
    before = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    optimizer = build_optimizer(toy_plugin.Descent(lr=0.5), model, network)
    torch.autograd.backward(network(torch.randn(4, *SHAPE)).square().sum())
    optimizer.step()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None
        lr = 0.05 if name.startswith("1.") else 0.5
        torch.testing.assert_close(parameter.detach(), before[name] - lr * parameter.grad)


class Accumulating(genrekit.Optimizer):
    """Adagrad keeps something of each parameter from the beginning, not from the first step on."""

    def build(self, parameters: object) -> torch.optim.Optimizer:
        return torch.optim.Adagrad(parameters, lr=0.1)  # type: ignore[arg-type]


def test_what_an_optimizer_keeps_from_the_beginning_is_kept() -> None:
    model = weights_plugin.Layered()
    network = model.build(SHAPE, 3)
    optimizer = build_optimizer(Accumulating(use="accumulating"), model, network)
    torch.autograd.backward(network(torch.randn(4, *SHAPE)).square().sum())
    optimizer.step()
    assert len(optimizer.param_groups) == 2


def test_schedules_move_all_rates_in_proportion() -> None:
    model = weights_plugin.Layered()
    optimizer = build_optimizer(Adam(lr=1e-2), model, model.build(SHAPE, 3))
    schedule = Cosine().build(optimizer, 4, 5)
    for _ in range(7):
        optimizer.step()
        schedule.step()
    high, low = (group["lr"] for group in optimizer.param_groups)
    assert 0 < low < high < 1e-2
    assert low == pytest.approx(0.1 * high)


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"9.weight": 0.5}, "no parameter 9.weight"), ({"1.weight": float("nan")}, "1.weight is nan, not above 0")],
)
def test_rates_that_fit_nothing_are_refused(asked: dict[str, float], said: str) -> None:
    class Wrong(weights_plugin.Layered):
        def learning_rates(self, network: object) -> dict[str, float]:
            return asked

    with pytest.raises(TrainingError, match=said):
        groups(toy_plugin.Descent(), Wrong())
