from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from genrekit_builtins.coded_clips import CodedClips
from genrekit_builtins.group_folds import group_folds
from genrekit_builtins.group_shares import group_shares
from genrekit_builtins.share_targets import share_targets

MEMBERS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), min_size=2, max_size=20)


def coded(members: list[tuple[int, int]]) -> CodedClips:
    """Clips from (group, label) pairs."""
    _, group = np.unique([group for group, _ in members], return_inverse=True)
    classes, label = np.unique([label for _, label in members], return_inverse=True)
    return CodedClips([str(name) for name in classes], label, group)


def every_class_everywhere(clips: CodedClips, part: np.ndarray, parts: int) -> bool:
    return all(set(clips.label[part == index]) == set(clips.label) for index in range(parts))


@given(members=MEMBERS, parts=st.sampled_from([2, 3]), seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=300)
def test_a_split_is_found_whenever_trying_everything_finds_one(
    members: list[tuple[int, int]], parts: int, seed: int
) -> None:
    counts = Counter(label for _, label in members)
    members = [(group, label) for group, label in members if counts[label] >= parts]
    assume(members)
    clips = coded(members)
    groups = int(clips.group.max()) + 1
    possible = any(
        every_class_everywhere(clips, np.array(places)[clips.group], parts)
        for places in itertools.product(range(parts), repeat=groups)
    )
    part = group_shares(clips, [0.2] * (parts - 1), np.random.default_rng(seed))
    assert every_class_everywhere(clips, part, parts) == possible
    assert all(len(set(part[clips.group == group])) == 1 for group in range(groups))


@given(members=MEMBERS, seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=200)
def test_the_share_is_near_the_best_that_trying_everything_finds(members: list[tuple[int, int]], seed: int) -> None:
    clips = coded([(group, 0) for group, _ in members])
    sizes = np.bincount(clips.group)
    assume(len(sizes) >= 2)
    held = [np.array(places) @ sizes for places in itertools.product([0, 1], repeat=len(sizes))]
    target = max(1, round(0.3 * len(members)))
    best = min(abs(count - target) for count in held if 0 < count < len(members))
    part = group_shares(clips, [0.3], np.random.default_rng(seed))
    assert abs(int(part.sum()) - target) <= best + 1


def test_targets_are_written_out() -> None:
    targets = share_targets(np.array([100, 10, 3]), [0.2, 0.1], np.random.default_rng(0))
    assert targets.tolist() == [[70, 7, 1], [20, 2, 1], [10, 1, 1]]


@given(sizes=st.lists(st.integers(3, 50), min_size=1, max_size=8), fraction=st.floats(0.01, 0.49))
def test_targets_share_out_every_clip(sizes: list[int], fraction: float) -> None:
    per_class = np.array(sizes)
    targets = share_targets(per_class, [fraction, fraction], np.random.default_rng(0))
    assert (targets >= 1).all()
    assert (targets.sum(axis=0) == per_class).all()


@given(members=MEMBERS, folds=st.integers(2, 5), seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=200)
def test_folds_divide_no_group(members: list[tuple[int, int]], folds: int, seed: int) -> None:
    clips = coded(members)
    fold = group_folds(clips, folds, np.random.default_rng(seed))
    assert set(fold) <= set(range(folds))
    assert all(len(set(fold[clips.group == group])) == 1 for group in range(int(clips.group.max()) + 1))


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6), folds=st.integers(2, 5))
def test_folds_of_single_clips_are_level_by_class_and_altogether(sizes: list[int], folds: int) -> None:
    label = np.repeat(np.arange(len(sizes)), sizes)
    clips = CodedClips([str(size) for size in sizes], label, np.arange(len(label)))
    fold = group_folds(clips, folds, np.random.default_rng(0))
    for index in range(len(sizes)):
        per_fold = np.bincount(fold[label == index], minlength=folds)
        assert per_fold.max() - per_fold.min() <= 1
    altogether = np.bincount(fold, minlength=folds)
    assert altogether.max() - altogether.min() <= 1


def test_single_clips_level_the_folds_that_groups_left_uneven() -> None:
    label = np.zeros(10, np.int64)
    clips = CodedClips(["a"], label, np.array([0, 0, 0, 0, 1, 2, 3, 4, 5, 6]))
    fold = group_folds(clips, 2, np.random.default_rng(0))
    assert np.bincount(fold).tolist() == [5, 5]


def test_groups_of_one_class_are_spread_over_as_many_folds_as_there_are() -> None:
    label = np.repeat([0, 1], 12)
    clips = CodedClips(["a", "b"], label, np.arange(24) // 3)
    fold = group_folds(clips, 4, np.random.default_rng(0))
    assert [np.bincount(fold[label == index]).tolist() for index in (0, 1)] == [[3, 3, 3, 3], [3, 3, 3, 3]]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_draws_give_the_same_parts(seed: int) -> None:
    clips = coded([(index % 17, index % 3) for index in range(100)])
    first, second = (group_shares(clips, [0.2, 0.1], np.random.default_rng(seed)) for _ in range(2))
    assert (first == second).all()
