from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genrekit.randomness import generator
from genrekit.training.sampling import balanced, epoch_order, repetitions, shuffled


def one_hot(classes: list[int]) -> np.ndarray:
    return np.eye(max(classes) + 1, dtype=np.float32)[classes]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(0, 9))
def test_balanced_epochs_hold_equally_many_of_each_class(classes: list[int], seed: int) -> None:
    order = balanced(one_hot(classes), generator(seed, "order"))
    present, counts = np.unique(np.asarray(classes)[order], return_counts=True)
    assert len(order) == len(classes)
    fair = len(classes) / len(set(classes))
    assert set(present) == set(classes) or fair < 2
    assert all(abs(count - fair) <= 1 for count in counts)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=60), st.integers(0, 9))
def test_examples_of_a_class_take_turns(classes: list[int], seed: int) -> None:
    order = balanced(one_hot(classes), generator(seed, "order"))
    times = np.bincount(order, minlength=len(classes))
    for name in set(classes):
        own = times[np.asarray(classes) == name]
        assert own.max() - own.min() <= 1


def test_balanced_order_belongs_to_seed_and_epoch_and_is_shuffled() -> None:
    targets = one_hot([0] * 30 + [1] * 10)
    orders = [balanced(targets, generator(1, "order", epoch)).tolist() for epoch in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) != orders[0]
    assert set(orders[0] + orders[2]) > set(range(30, 40)), "whatever was left out in one epoch comes in another"


def test_several_labels_and_none_are_wanted_too() -> None:
    targets = np.asarray([[1, 0, 0]] * 16 + [[1, 1, 0]] * 2 + [[0, 0, 1]] * 4 + [[0, 0, 0]] * 2, np.float32)
    rng = generator(0, "order")
    times = sum(np.bincount(balanced(targets, rng), minlength=len(targets)) for _ in range(400)) / 400
    wanted = np.asarray([1 / 18] * 16 + [(1 / 18 + 1 / 2) / 2] * 2 + [1 / 4] * 4 + [1 / 2] * 2)
    np.testing.assert_allclose(times, wanted / wanted.sum() * len(targets), atol=0.1)


def test_shuffled_is_each_example_once() -> None:
    assert sorted(shuffled(one_hot([0, 1, 1, 0]), generator(0, "order"))) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("order", "expected"), [([3, 1, 3, 3, 1, 0], [0, 0, 1, 2, 1, 0]), ([], []), ([2, 0, 1], [0, 0, 0])]
)
def test_repetitions_count_what_came_before(order: list[int], expected: list[int]) -> None:
    assert repetitions(np.asarray(order, np.int64)).tolist() == expected


@pytest.mark.parametrize("sampling", ["shuffled", "balanced"])
@pytest.mark.parametrize(("size", "least", "most"), [(3, 0, 1), (5, 1, 1), (12, 2, 3), (15, 3, 3)])
def test_an_epoch_of_another_size_goes_round_the_examples(sampling: str, size: int, least: int, most: int) -> None:
    targets = np.eye(5, dtype=np.float32)
    order = epoch_order(sampling, targets, size, generator(0))
    counts = np.bincount(order, minlength=5)
    assert len(order) == size
    assert (counts.min(), counts.max()) == (least, most)
    assert not np.array_equal(order, epoch_order(sampling, targets, size, generator(1)))
