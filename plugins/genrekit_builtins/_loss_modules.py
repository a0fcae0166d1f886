"""The torch modules behind the losses. Imported by their ``build`` only, since it imports torch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


class SoftmaxLoss(nn.Module):
    """(logits, targets), both float32 [n, classes] -> float32 [n]."""

    weights: Tensor | None

    def __init__(self, smoothing: float, weights: Tensor | None) -> None:
        super().__init__()
        self.smoothing = smoothing
        self.register_buffer("weights", weights)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        return functional.cross_entropy(logits, targets, self.weights, reduction="none", label_smoothing=self.smoothing)


class SigmoidLoss(nn.Module):
    """(logits, targets), both float32 [n, labels] -> float32 [n], the mean over labels."""

    weights: Tensor | None

    def __init__(self, smoothing: float, weights: Tensor | None) -> None:
        super().__init__()
        self.smoothing = smoothing
        self.register_buffer("weights", weights)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        smooth = targets + self.smoothing * (0.5 - targets)
        each = functional.binary_cross_entropy_with_logits(logits, smooth, pos_weight=self.weights, reduction="none")
        return each.mean(dim=1)


def balanced_weights(counts: Sequence[int]) -> Tensor:
    """A weight for each class, inverse to its count; their mean over the examples is 1, as in scikit-learn."""
    count = torch.tensor(counts, dtype=torch.float32).clamp(min=1)
    return count.sum() / (len(counts) * count)


def positive_weights(counts: Sequence[int], examples: int) -> Tensor:
    """For each label, how many examples do not have it for one that has."""
    count = torch.tensor(counts, dtype=torch.float32).clamp(min=1)
    return ((examples - count) / count).clamp(min=1 / max(examples, 1))
