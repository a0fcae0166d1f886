"""Augmenters and mixers that break their contract."""

from __future__ import annotations

import random
from typing import Any, Literal

import toy_plugin
from sins import Sin, changed, module

import genrekit


def louder(**members: Any) -> genrekit.Component:
    return changed(toy_plugin.Louder, **members)()


def augmenter_sins() -> list[Sin]:
    import torch

    def same(self: Any, rng: Any, shape: Any) -> dict[str, float]:
        return {"factor": 1.0}

    def globally(self: Any, rng: Any, shape: Any) -> dict[str, float]:
        return {"factor": random.random()}

    def noisy(self: Any, batch: Any, draws: Any) -> Any:
        return batch + torch.rand_like(batch)

    def of_batch(self: Any, batch: Any, draws: Any) -> Any:
        return batch * draws["factor"].mean()

    return [
        Sin(louder(draw=lambda self, rng, shape: {"factor": "loud"}), "draws are numbers", "not a number"),
        Sin(
            louder(draw=lambda self, rng, shape: {"factor": rng.random(int(rng.integers(1, 9)))}),
            "draws are numbers", "another shape from clip to clip",
        ),
        Sin(louder(draw=same), "deterministic under the generator", "nothing is random"),
        Sin(louder(draw=globally), "deterministic under the generator", "the global generator of random"),
        Sin(louder(apply=noisy), "draw apart from apply", "the global generator of torch"),
        Sin(louder(apply=of_batch), "batch = single", "alone and in a batch"),
        Sin(louder(apply=lambda self, batch, draws: batch[..., :1]), "shape and type kept", "became"),
        Sin(louder(apply=lambda self, batch, draws: batch.double()), "shape and type kept", "became torch.float64"),
        Sin(louder(apply=lambda self, batch, draws: batch.mul_(2)), "input untouched", "in place"),
        Sin(louder(apply=lambda self, batch, draws: batch), "input untouched", "in place"),
        Sin(louder(apply=lambda self, batch, draws: batch / batch.abs().max()), "extreme examples", "all 0"),
        *(Sin(louder(views=lambda self, shape, view=view: [view]), "views", said) for view, said in view_sins()),
    ]  # fmt: skip


def view_sins() -> list[tuple[Any, str]]:
    import torch

    return [
        (module(lambda self, x: x[..., 1:]), "a view of [4, 1, 40, 100] is [4, 1, 40, 99]"),
        (module(lambda self, x: x + torch.rand_like(x)), "the global generator of torch"),
        (module(lambda self, x: x - x.mean()), "a view of a row alone and in a batch"),
        (module(lambda self, x: x.mul_(2)), "in place"),
        (torch.nn.Linear(100, 100), "a view has 2 parameters that learn"),
    ]


class Halves(genrekit.Mixer):
    """Mixes half and half."""

    use: Literal["halves"] = "halves"

    def draw(self, rng: Any, shape: tuple[int, ...]) -> dict[str, float]:
        return {"share": rng.uniform(0, 1)}

    def mix(self, batch: Any, partners: Any, draws: Any) -> Any:
        share = draws["share"].to(batch)
        column = share.reshape(-1, *[1] * (batch.ndim - 1))
        return batch * column + partners * (1 - column), share


def mixer_sins() -> list[Sin]:
    return [
        Sin(
            changed(Halves, mix=lambda self, batch, partners, draws: (batch + partners, draws["share"] + 1))(),
            "shares of the target", "not within 0",
        ),
        Sin(
            changed(Halves, mix=lambda self, batch, partners, draws: (batch.add_(partners), draws["share"]))(),
            "input untouched", "in place",
        ),
    ]  # fmt: skip
