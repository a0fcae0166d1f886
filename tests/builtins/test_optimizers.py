"""The optimizers: torch's own with these options, and their state survives a checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from pydantic import ValidationError
from torch import nn, optim

import genrekit
from genrekit import checkpoint
from genrekit_builtins.optimizers import Adam, AdamW, Sgd, fusible

ALL = [
    Adam(),
    AdamW(),
    Sgd(),
    Sgd(nesterov=True, weight_decay=0.1),
    Adam(betas=(0.5, 0.6), weight_decay=0.01, decay_biases=False),
]


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


def train(net: nn.Module, optimizer: optim.Optimizer, steps: range) -> None:
    for step in steps:
        optimizer.zero_grad()
        net(torch.randn(5, 3, generator=torch.Generator().manual_seed(step))).square().mean().backward()
        optimizer.step()


@pytest.mark.parametrize(
    ("ours", "plain"),
    [
        (Adam(), lambda p: optim.Adam(p, lr=3e-4)),
        (Adam(lr=0.1, betas=(0.5, 0.6), eps=1e-3, weight_decay=0.2),
         lambda p: optim.Adam(p, lr=0.1, betas=(0.5, 0.6), eps=1e-3, weight_decay=0.2)),
        (AdamW(), lambda p: optim.AdamW(p, lr=3e-4, weight_decay=0.01)),
        (AdamW(lr=0.1, weight_decay=0.5), lambda p: optim.AdamW(p, lr=0.1, weight_decay=0.5)),
        (Sgd(), lambda p: optim.SGD(p, lr=0.01, momentum=0.9)),
        (Sgd(lr=0.1, momentum=0.5, nesterov=True, weight_decay=0.1),
         lambda p: optim.SGD(p, lr=0.1, momentum=0.5, nesterov=True, weight_decay=0.1)),
    ],
)  # fmt: skip
def test_equals_plain_torch(ours: genrekit.Optimizer, plain: type[optim.Optimizer]) -> None:
    nets = network(), network()
    train(nets[0], ours.build(nets[0].parameters()), range(5))
    train(nets[1], plain(nets[1].parameters()), range(5))
    for a, b in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        # One pass over the weights rounds in another place than one pass for each operation.
        torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-7)


def test_steps_are_taken_in_one_pass_where_torch_can() -> None:
    weights = list(network().parameters())
    assert AdamW().build(weights).defaults["fused"] is True
    assert Adam().build(iter(weights)).defaults["fused"] is True
    assert fusible(nn.Linear(2, 2, device="meta").parameters()) is None
    assert fusible([]) is None


@pytest.mark.parametrize("kind", [Adam, AdamW, Sgd])
def test_biases_need_not_decay(kind: type[genrekit.Optimizer]) -> None:
    """Without gradients, only decay moves anything."""
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    before = {name: value.clone() for name, value in net.named_parameters()}
    optimizer = kind(use=kind.name(), lr=0.1, weight_decay=0.5, decay_biases=False).build(net.parameters())
    for parameter in net.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    moved = {name for name, value in net.named_parameters() if not torch.equal(value, before[name])}
    assert moved == {"0.weight"}
    assert len(kind(use=kind.name(), weight_decay=0.5).build(net.parameters()).param_groups) == 1


@pytest.mark.parametrize("options", ALL, ids=repr)
def test_goes_on_from_a_checkpoint_as_if_nothing_happened(options: genrekit.Optimizer, tmp_path: Path) -> None:
    straight = network()
    train(straight, options.build(straight.parameters()), range(6))

    first = network()
    optimizer = options.build(first.parameters())
    train(first, optimizer, range(3))
    checkpoint.save(tmp_path / "c", checkpoint.Progress(), {"network": first, "optimizer": optimizer})
    second = network()
    again = options.build(second.parameters())
    checkpoint.load(tmp_path / "c", {"network": second, "optimizer": again})
    train(second, again, range(3, 6))
    for a, b in zip(straight.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("kind", [Adam, AdamW, Sgd])
def test_goes_on_with_weights_that_lie_in_memory_channels_last(kind: type[genrekit.Optimizer], tmp_path: Path) -> None:
    """A step in one pass reads weights and moments as they lie, so a checkpoint must give back both in one order."""

    def convolution() -> nn.Module:
        torch.manual_seed(0)
        return nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)

    def learn(net: nn.Module, optimizer: optim.Optimizer, steps: range) -> None:
        for step in steps:
            optimizer.zero_grad()
            net(torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(step))).square().mean().backward()
            optimizer.step()

    straight, first, second = convolution(), convolution(), convolution()
    optimizers = [kind(use=kind.name(), lr=0.1).build(net.parameters()) for net in (straight, first, second)]
    learn(straight, optimizers[0], range(6))
    learn(first, optimizers[1], range(3))
    checkpoint.save(tmp_path / "c", checkpoint.Progress(), {"network": first, "optimizer": optimizers[1]})
    checkpoint.load(tmp_path / "c", {"network": second, "optimizer": optimizers[2]})
    learn(second, optimizers[2], range(3, 6))
    for a, b in zip(straight.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_adam_is_the_default_and_the_only_one() -> None:
    assert [cls.default for cls in (Adam, AdamW, Sgd)] == [True, False, False]
    assert Adam().lr == 3e-4


@pytest.mark.parametrize(
    ("component", "options", "told"),
    [
        (Sgd, {"nesterov": True, "momentum": 0}, "nesterov = true needs a momentum above 0"),
        (Adam, {"lr": 0}, "lr"),
        (Adam, {"betas": (0.9, 1.0)}, "betas"),
        (Adam, {"learning_rate": 0.1}, "learning_rate"),
        (AdamW, {"lr": float("nan")}, "lr"),
    ],
)
def test_options_that_cannot_be_are_named(
    component: type[genrekit.Optimizer], options: dict[str, object], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        component(**options)
