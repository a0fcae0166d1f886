from __future__ import annotations

import time

import numpy as np
import pytest
from clip_tables import clips_of, parts_per
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from genrekit import Clips, DataError
from genrekit_builtins.random_split import RandomSplit

TABLES = st.lists(
    st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.sampled_from("123456789"))), min_size=1, max_size=120
)


@given(rows=TABLES, seed=st.integers(0, 2**63 - 1), test=st.sampled_from([0.0, 0.2]))
@settings(deadline=None, max_examples=200)
def test_any_table_is_split_lawfully_or_refused(rows: list[tuple[str, str | None]], seed: int, test: float) -> None:
    clips = clips_of([label for label, _ in rows], [group for _, group in rows])
    wanted = {"train", "validation"} | ({"test"} if test else set())
    try:
        split = RandomSplit(validation=0.2, test=test).split(clips, seed)
    except DataError:
        # With a group of its own for every clip, only a class of too few clips is refused.
        if all(group is None for _, group in rows):
            assert min(np.unique([label for label, _ in rows], return_counts=True)[1]) < len(wanted)
        return
    assert None not in split.column("part")
    assert all(parts == wanted for parts in parts_per(split, "label").values())
    assert all(len(parts) == 1 for parts in parts_per(split, "group").values())
    again = RandomSplit(validation=0.2, test=test).split(clips, seed)
    assert again.column("part") == split.column("part")


@given(sizes=st.lists(st.integers(3, 60), min_size=1, max_size=6), seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=50)
def test_shares_of_single_clips_are_exact_to_one_clip(sizes: list[int], seed: int) -> None:
    labels = [str(label) for label, size in enumerate(sizes) for _ in range(size)]
    split = RandomSplit(validation=0.3, test=0.1).split(clips_of(labels), seed)
    for label, size in enumerate(sizes):
        of_class = split.table.filter(split.table["labels"].list.first() == str(label))
        held = Clips(of_class).counts()
        assert abs(held["validation"] - 0.3 * size) < 1 or held["validation"] == 1
        assert abs(held["test"] - 0.1 * size) < 1 or held["test"] == 1


def test_remainders_are_spread_over_the_classes() -> None:
    split = RandomSplit(validation=0.15).split(clips_of([str(label) for label in range(10) for _ in range(10)]), 0)
    assert split.counts() == {"train": 85, "validation": 15, "test": 0}


def test_groups_of_unequal_size_still_make_the_asked_shares() -> None:
    rng = np.random.default_rng(1)
    sizes = rng.geometric(0.2, 60)
    groups = [f"artist {number}" for number, size in enumerate(sizes) for _ in range(size)]
    labels = ["rock" if int(group.split()[1]) % 2 else "jazz" for group in groups]
    split = RandomSplit(validation=0.2, test=0.1).split(clips_of(labels, groups), 3)
    counts = split.counts()
    assert counts["validation"] == pytest.approx(0.2 * len(labels), abs=3)
    assert counts["test"] == pytest.approx(0.1 * len(labels), abs=3)
    assert split.notes == ()


def test_seeds_hold_out_different_groups() -> None:
    clips = clips_of(["a", "b"] * 20, [f"speaker {number // 10}" for number in range(40)])
    held = {
        frozenset(clips_of_part.get_column("group"))
        for seed in range(40)
        for clips_of_part in [RandomSplit().split(clips, seed).table.filter(part="validation")]
    }
    assert held == {frozenset({f"speaker {number}"}) for number in range(4)}


def test_whole_groups_that_force_another_share_are_noted() -> None:
    clips = clips_of(["a", "b"] * 20, [f"speaker {number // 10}" for number in range(40)])
    split = RandomSplit(validation=0.1).split(clips, 0)
    assert split.counts()["validation"] == 10
    assert split.notes == ("validation holds 25.0% of the clips, not the 10.0% asked for, because groups stay whole",)


def test_a_class_of_one_group_is_refused_by_name_with_what_to_type() -> None:
    clips = clips_of(["blues"] * 4 + ["jazz"] * 4 + ["pop"] * 4, ["x"] * 4 + ["y", "y", "z", "z"] + ["w"] * 4)
    with pytest.raises(DataError) as caught:
        RandomSplit().split(clips, 0)
    message = str(caught.value)
    assert "blues (1 group, 4 clips) and pop (1 group, 4 clips)" in message
    assert "jazz" not in message
    assert "split.groups=ignore" in message


def test_groups_that_tie_classes_together_are_refused() -> None:
    # Any two of the three groups share a class, so two of them on one side leave that class out of the other.
    clips = clips_of(list("abbcca"), list("112233"))
    with pytest.raises(DataError, match="no way was found"):
        RandomSplit().split(clips, 0)


def test_ignoring_groups_splits_and_warns() -> None:
    clips = clips_of(["blues"] * 10 + ["jazz"] * 10, ["x"] * 10 + ["y", "z"] * 5)
    split = RandomSplit(validation=0.5, groups="ignore").split(clips, 0)
    assert split.counts() == {"train": 10, "validation": 10, "test": 0}
    [note] = split.notes
    assert note.startswith("warning: 3 groups with 20 clips on both sides")
    assert note.endswith("one group each: blues")


def test_too_few_clips_are_named() -> None:
    with pytest.raises(DataError, match=r"too few clips for the parts train \+ validation \+ test: b \(2 clips\)"):
        RandomSplit(test=0.1).split(clips_of(["a"] * 5 + ["b"] * 2), 0)


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(DataError, match="no clips"):
        RandomSplit().split(clips_of([]), 0)


def test_shares_must_leave_something_to_train_on() -> None:
    with pytest.raises(ValidationError, match="must stay below 1"):
        RandomSplit(validation=0.6, test=0.4)


def test_many_clips_in_many_groups_are_split_fast_and_exactly() -> None:
    rng = np.random.default_rng(0)
    group = rng.integers(0, 20_000, 200_000)
    clips = clips_of((group % 20).astype(str).tolist(), group.astype(str).tolist())
    begin = time.perf_counter()
    split = RandomSplit(test=0.1).split(clips, 1)
    assert time.perf_counter() - begin < 10
    assert split.counts()["validation"] == pytest.approx(30_000, abs=20)
    assert split.counts()["test"] == pytest.approx(20_000, abs=20)
    assert split.table.group_by("group").n_unique().get_column("part").max() == 1
