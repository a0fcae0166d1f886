from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch.nn import functional

from genrekit_builtins.losses import BinaryCrossEntropy, CrossEntropy

LOGITS = torch.tensor([[2.0, -1.0, 0.5], [0.0, 3.0, -2.0]])
ONE_HOT = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


def test_cross_entropy_is_minus_the_log_of_the_true_classs_probability() -> None:
    loss = CrossEntropy().build([1, 0, 1], 2)(LOGITS, ONE_HOT)
    probabilities = np.exp(LOGITS.numpy()) / np.exp(LOGITS.numpy()).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(loss, [-np.log(probabilities[0, 0]), -np.log(probabilities[1, 2])], rtol=1e-6)


def test_mixed_targets_give_mixed_losses() -> None:
    loss = CrossEntropy().build([1, 1, 1], 3)
    first, second, mixed = (torch.tensor([row]) for row in ([1.0, 0, 0], [0, 1.0, 0], [0.3, 0.7, 0]))
    expected = 0.3 * loss(LOGITS[:1], first) + 0.7 * loss(LOGITS[:1], second)
    torch.testing.assert_close(loss(LOGITS[:1], mixed), expected)


def test_smoothing_spreads_the_target() -> None:
    smooth = CrossEntropy(label_smoothing=0.3).build([1, 1, 1], 3)(LOGITS, ONE_HOT)
    spread = CrossEntropy().build([1, 1, 1], 3)(LOGITS, 0.7 * ONE_HOT + 0.1)
    torch.testing.assert_close(smooth, spread)


def test_balanced_weights_are_scikit_learns() -> None:
    counts = [8, 1, 3]
    labels = np.repeat(np.arange(3), counts)
    weights = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    plain = CrossEntropy().build(counts, 12)(LOGITS, ONE_HOT)
    balanced = CrossEntropy(class_weights="balanced").build(counts, 12)(LOGITS, ONE_HOT)
    np.testing.assert_allclose(balanced, plain.numpy() * weights[[0, 2]], rtol=1e-6)


def test_a_class_without_examples_has_a_finite_weight() -> None:
    assert CrossEntropy(class_weights="balanced").build([4, 0, 4], 8)(LOGITS, ONE_HOT).isfinite().all()
    assert BinaryCrossEntropy(positive_weights="balanced").build([8, 0, 4], 8)(LOGITS, ONE_HOT).isfinite().all()


def test_binary_cross_entropy_is_the_mean_over_labels() -> None:
    targets = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    loss = BinaryCrossEntropy().build([1, 0, 1], 2)(LOGITS, targets)
    probabilities = 1 / (1 + np.exp(-LOGITS.numpy()))
    each = -np.where(targets.numpy() == 1, np.log(probabilities), np.log(1 - probabilities))
    np.testing.assert_allclose(loss, each.mean(axis=1), rtol=1e-5)


def test_positive_weights_even_out_what_is_rare() -> None:
    targets = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    weighted = BinaryCrossEntropy(positive_weights="balanced").build([2, 5, 1], 10)(LOGITS, targets)
    expected = functional.binary_cross_entropy_with_logits(
        LOGITS, targets, pos_weight=torch.tensor([4.0, 1.0, 9.0]), reduction="none"
    )
    torch.testing.assert_close(weighted, expected.mean(dim=1))


def test_binary_smoothing_moves_targets_to_the_middle() -> None:
    smooth = BinaryCrossEntropy(label_smoothing=0.2).build([1, 0, 1], 2)(LOGITS, ONE_HOT)
    moved = BinaryCrossEntropy().build([1, 0, 1], 2)(LOGITS, 0.8 * ONE_HOT + 0.1)
    torch.testing.assert_close(smooth, moved)


@pytest.mark.parametrize("loss", [CrossEntropy(), BinaryCrossEntropy()])
def test_the_loss_decides_what_probabilities_are(loss: CrossEntropy | BinaryCrossEntropy) -> None:
    sums = loss.activation(LOGITS).sum(dim=-1)
    assert loss.multi_label != torch.allclose(sums, torch.ones(2))
