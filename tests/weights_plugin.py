"""Features and a model that begin from weights in a file; the model's layers learn at rates of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import toy_plugin

import genrekit
from genrekit.store import content_hash


class Weighted(toy_plugin.Bands):
    """The toy plugin's bands, times the number in a file."""

    use: Literal["weighted-bands"] = "weighted-bands"
    weights: genrekit.RecipePath | None = genrekit.Field(None, description="a text file with a number")

    def identity(self) -> dict[str, Any]:
        if self.weights is None:
            return super().identity()
        if not self.weights.is_file():
            raise genrekit.GenrekitError(f"no weights at {self.weights}")
        return super().identity() | {"weights": content_hash(self.weights)}

    def portable(self) -> Self:
        return self.model_copy(update={"weights": None})

    def build(self) -> Any:
        import torch

        factor = float(self.weights.read_text()) if self.weights else 1.0
        bands = super().build()

        class Times(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.bands = bands
                self.register_buffer("factor", torch.tensor(factor))

            def forward(self, waveform: Any) -> Any:
                return self.factor * self.bands(waveform)

        return Times()

    @classmethod
    def example(cls, folder: Path) -> Self:
        (folder / "weights.txt").write_text("2")
        return cls(weights=folder / "weights.txt")


class Layered(toy_plugin.Small):
    """The toy plugin's model, whose convolution learns at a tenth of the rate."""

    use: Literal["layered"] = "layered"

    def learning_rates(self, network: Any) -> Mapping[str, float]:
        return {name: 0.1 for name, _ in network.named_parameters() if name.startswith("1.")}


@genrekit.hookimpl
def register_features(register: Any) -> None:
    register(Weighted)


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(Layered)
