"""The ``cross-entropy`` and ``binary-cross-entropy`` losses: one label a clip, and several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import genrekit

if TYPE_CHECKING:
    import torch

Balance = Literal["none", "balanced"]


class CrossEntropy(genrekit.Loss):
    """The cross-entropy of softmax probabilities: each clip has one label.

    Label smoothing: Szegedy et al., "Rethinking the inception architecture for computer vision", CVPR 2016.
    """

    default: ClassVar[bool] = True

    use: Literal["cross-entropy"] = "cross-entropy"
    label_smoothing: float = genrekit.Field(
        0.0, ge=0, lt=1, description="share of each target that is spread evenly over all classes"
    )
    class_weights: Balance = genrekit.Field(
        "none", description="balanced: a class counts as much as any other, however many training examples it has"
    )

    def build(self, counts: Sequence[int], examples: int) -> torch.nn.Module:
        from genrekit_builtins._loss_modules import SoftmaxLoss, balanced_weights

        weights = balanced_weights(counts) if self.class_weights == "balanced" else None
        return SoftmaxLoss(self.label_smoothing, weights)


class BinaryCrossEntropy(genrekit.Loss):
    """The mean over labels of the cross-entropy of sigmoid probabilities: a clip has any number of labels."""

    multi_label: ClassVar[bool] = True

    use: Literal["binary-cross-entropy"] = "binary-cross-entropy"
    label_smoothing: float = genrekit.Field(
        0.0, ge=0, lt=1, description="share of each target that is moved to the middle, 0.5"
    )
    positive_weights: Balance = genrekit.Field(
        "none",
        description="balanced: the examples that have a label count as much for it as the many that do not have it",
    )

    def build(self, counts: Sequence[int], examples: int) -> torch.nn.Module:
        from genrekit_builtins._loss_modules import SigmoidLoss, positive_weights

        weights = positive_weights(counts, examples) if self.positive_weights == "balanced" else None
        return SigmoidLoss(self.label_smoothing, weights)


@genrekit.hookimpl
def register_losses(register: Any) -> None:
    register(CrossEntropy)
    register(BinaryCrossEntropy)
