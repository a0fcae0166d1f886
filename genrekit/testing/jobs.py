"""Jobs for executors, in a module that worker processes can import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from genrekit.component import FeatureExtractor, FeatureShape

if TYPE_CHECKING:
    from torch import nn


def square(number: int) -> int:
    """The job that succeeds."""
    return number * number


def fail(text: str) -> None:
    """The job that fails."""
    raise LookupError(text)


class HalfSecond(FeatureExtractor):
    """What executors prepare clips for: only its lengths are used."""

    use: Literal["half-second"] = "half-second"

    def window_samples(self) -> int:
        return self.sample_rate // 2

    def output_shape(self) -> FeatureShape:
        return FeatureShape(1, 1, self.window_samples())

    def build(self) -> nn.Module:
        from torch import nn

        return nn.Unflatten(1, (1, 1, -1))
