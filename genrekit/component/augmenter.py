"""Random changes of training examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from genrekit.component.base import Component

if TYPE_CHECKING:
    import numpy as np
    import torch

    from genrekit.component.features import FeatureShape

    Draw = Mapping[str, float | int | np.ndarray]


class Augmenter(Component):
    """A random change of training examples. What is drawn is apart from how it is applied."""

    kind: ClassVar[str] = "augmenter"
    resizes: ClassVar[bool] = False
    """True: `apply` gives the last dimension another size, the same for all; every example is changed, always."""

    on: Literal["features", "waveform"] = Field("features", description="what it changes")
    probability: float = Field(0.5, ge=0, le=1, description="the chance that a clip is changed in an epoch")

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Draw:
        """One clip's random numbers by name, each a number, or an array of one shape for all clips.

        ``shape`` is one example's: (samples,) or (channels, bins, frames).
        """
        raise NotImplementedError

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        """``batch`` [n, ...] with row i changed as ``draws[name][i]`` says; a new tensor of the same shape."""
        raise NotImplementedError

    def views(self, shape: FeatureShape) -> Sequence[torch.nn.Module]:
        """Test-time augmentation: fixed changes of features in which a clip is answered too; none unless overridden.

        Each module takes features [n, channels, bins, frames], of more or fewer frames too, and gives the same shape,
        each row by itself. It draws nothing and learns nothing. The logits for the clip and its views are averaged, in
        evaluation and in the bundle. Only asked of augmenters of features.
        """
        return ()


class Mixer(Augmenter):
    """An augmenter that mixes each chosen example with another one, targets included.

    Partners come from the whole training part, drawn for each example by itself, so that what it is mixed with does not
    depend on its batch. A partner has gone through the augmenters that stand before the mixer, with draws of its own.
    """

    partners: ClassVar[Literal["any", "other-class"]] = "any"
    """Which training examples may be partners: any, or those that have no label in common with the example."""

    def mix(
        self, batch: torch.Tensor, partners: torch.Tensor, draws: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Row i of ``batch`` [n, ...] mixed with row i of ``partners`` (of the same shape), and its own share.

        The share, float [n] from 0 to 1, is how much of the example's own target is kept; the partner's gets the rest.
        """
        raise NotImplementedError
