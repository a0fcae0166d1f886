"""Features and models that break their contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import toy_plugin
from sins import Sin, changed, module

import genrekit


def bands(forward: Callable[..., Any], **members: Any) -> genrekit.Component:
    """Features computed by ``forward`` from 4096 samples."""
    return changed(toy_plugin.Bands, build=lambda self: module(forward), **members)()


def fold(x: Any) -> Any:
    return x.reshape(-1, 1, 8, 512)


def feature_sins() -> list[Sin]:
    import torch

    def normalised(self: Any, x: Any) -> Any:
        return fold(x) / x.abs().max()

    def by_batch(self: Any, x: Any) -> Any:
        return fold(x) - x.mean()

    counted = {"any_length": True}
    return [
        Sin(bands(lambda self, x: x[:, None]), "shape as declared", "not [batch, channels, bins, frames]"),
        Sin(bands(lambda self, x: fold(x).double()), "shape as declared", "not float32"),
        Sin(
            bands(lambda self, x: fold(x), output_shape=lambda self: genrekit.FeatureShape(1, 2, 3)),
            "shape as declared", "output_shape() says [1, 2, 3], the module gives [1, 8, 512]",
        ),
        Sin(bands(lambda self, x: fold(x) + torch.rand(1)), "always the same", "a second call"),
        Sin(
            changed(toy_plugin.Bands, build=lambda self: torch.nn.Sequential(
                torch.nn.Unflatten(1, (1, 8, 512)), torch.nn.Linear(512, 4)
            ))(), "always the same", "weights drawn without a seed",
        ),
        Sin(bands(by_batch), "batch = single", "row 0 alone and in a batch"),
        Sin(bands(lambda self, x: fold(x.mul_(2))), "input untouched", "changed its input in place"),
        Sin(bands(normalised), "extreme sounds", "silence gives"),
        Sin(bands(lambda self, x: x[:, None, None], **counted), "short sounds", "a window's are"),
        Sin(bands(lambda self, x: fold(x), minimum_samples=lambda self: 9999), "lengths", "not within 1"),
        Sin(bands(lambda self, x: fold(x), highest_hz=lambda self: 5000.0), "frequencies", "not within 0"),
        Sin(
            changed(toy_plugin.Bands, __annotations__={"edges": list[float]},
                    edges=genrekit.Field([1.0], description="edges"))(),
            "hashable", "tuple",
        ),
        Sin(
            changed(toy_plugin.Bands, portable=lambda self: self.model_copy(update={"bands": 4}))(),
            "portable", "shape [1, 1, 4, 8], not",
        ),
    ]  # fmt: skip


def small(forward: Callable[..., Any], check: Any = None, **members: Any) -> genrekit.Component:
    """A model of one linear layer for any features, called with (module, x, layer)."""
    from torch import nn

    def build(self: Any, shape: genrekit.FeatureShape, classes: int) -> Any:
        layer = nn.Linear(shape.channels * shape.bins * shape.frames, classes)
        found = module(lambda self, x: forward(self, x, layer))
        found.layer = layer
        return found

    more = {"check": check} if check else {}
    return changed(toy_plugin.Small, build=build, **more, **members)()


def rated(rates: dict[str, float]) -> genrekit.Component:
    return changed(toy_plugin.Small, learning_rates=lambda self, network: rates)()


def model_sins() -> list[Sin]:
    import torch
    from torch import nn

    def picky(self: Any, shape: genrekit.FeatureShape, classes: int) -> None:
        raise ValueError("nothing fits")

    def unseeded(self: Any, shape: Any, classes: int) -> Any:
        with torch.random.fork_rng():
            torch.seed()
            return nn.Sequential(nn.Flatten(), nn.Linear(shape.channels * shape.bins * shape.frames, classes))

    def hidden(self: Any, shape: Any, classes: int) -> Any:
        weights = torch.randn(shape.channels * shape.bins * shape.frames, classes)
        found = module(lambda self, x: x.flatten(1) @ weights + self.bias)
        found.bias = nn.Parameter(torch.zeros(classes))
        return found

    return [
        Sin(small(lambda self, x, layer: layer(x.flatten(1))[:, :1]), "shape as declared", "not [4, 2]"),
        Sin(small(lambda self, x, layer: layer(x.flatten(1)), picky), "shape as declared", "check() refuses all of"),
        Sin(
            small(lambda self, x, layer: layer(nn.functional.avg_pool2d(x, 8).repeat(1, 1, 8, 8).flatten(1))),
            "says what it cannot take", "check() accepts features of shape [1, 1, 1], but the model fails",
        ),
        Sin(changed(toy_plugin.Small, build=unseeded)(), "deterministic under the seed", "two models of one seed"),
        Sin(small(lambda self, x, layer: layer((x - x.mean()).flatten(1))), "batch = single", "alone and in a batch"),
        Sin(small(lambda self, x, layer: layer(x.relu_().flatten(1))), "input untouched", "inplace"),
        Sin(small(lambda self, x, layer: layer((x / x.std()).flatten(1))), "extreme features", "all 0 gives"),
        Sin(small(lambda self, x, layer: layer(x.flatten(1)).detach()), "learns", "does not require grad"),
        Sin(small(lambda self, x, layer: layer(x.view(len(x), -1))), "says what it cannot take", "view size is"),
        Sin(changed(toy_plugin.Small, build=hidden)(), "weights are saved", "neither a parameter nor a buffer"),
        Sin(
            changed(toy_plugin.Small, portable=lambda self: self.model_copy(update={"width": 5}))(),
            "portable", "size mismatch",
        ),
        Sin(
            changed(toy_plugin.Small, portable=lambda self: self.model_copy(update={"width": self.width + 1}))(),
            "portable", "is another one yet",
        ),
        Sin(rated({"1.scale": 0.5}), "learning rates", "no parameter 1.scale"),
        Sin(rated({"1.bias": 0.0}), "learning rates", "not above 0"),
    ]  # fmt: skip
