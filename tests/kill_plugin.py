"""A model for runs that are killed: all that keeps something from one step to the next, in little."""

from __future__ import annotations

from typing import Any, Literal

import genrekit


class Keeping(genrekit.Model):
    """Features standardised by fitted statistics, two convolutions, both kinds of normalisation, dropout."""

    use: Literal["toy-keeping"] = "toy-keeping"

    def build(self, shape: genrekit.FeatureShape, classes: int) -> Any:
        from torch import nn

        return nn.Sequential(
            standardiser(),
            nn.Conv2d(shape.channels, 6, 3, padding=1),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            # Of many channels: its weights lie in memory in another order than their shape says.
            nn.Conv2d(6, 8, 3, padding=1, stride=2),
            nn.BatchNorm2d(8, momentum=None),
            nn.ReLU(),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(8 * ((shape.bins + 1) // 2) * ((shape.frames + 1) // 2), classes),
        )


def standardiser() -> Any:
    """A layer that learns a mean and a deviation before the first epoch."""
    import torch
    from torch import nn

    class Standardiser(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("mean", torch.zeros(()))
            self.register_buffer("deviation", torch.ones(()))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x - self.mean) / self.deviation

        def fit_statistics(self, batches: Any) -> None:
            values = torch.cat([batch.flatten() for batch in batches])
            self.mean.copy_(values.mean())
            self.deviation.copy_(values.std())

    return Standardiser()


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(Keeping)
