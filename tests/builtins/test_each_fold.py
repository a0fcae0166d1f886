"""What a cross-validation promises, whatever the data: every fold tests other clips, and no group is divided."""

from __future__ import annotations

import pytest
from clip_tables import clips_of, parts_per
from hypothesis import given, settings
from hypothesis import strategies as st

from genrekit import Clips, Splitter
from genrekit_builtins.fold_column import FoldColumn
from genrekit_builtins.kfold import GroupedKFold, KFold
from genrekit_builtins.leave_groups_out import LeaveGroupsOut
from genrekit_builtins.random_split import RandomSplit


@st.composite
def grouped_clips(draw: st.DrawFn) -> Clips:
    """Two or three classes of four to seven groups each, one to four clips a group; groups lie in one of four folds."""
    labels, groups, folds = list[str](), list[str](), list[str]()
    for label in draw(st.sampled_from(["ab", "abc"])):
        for number in range(draw(st.integers(4, 7))):
            clips = draw(st.integers(1, 4))
            labels += [label] * clips
            groups += [f"{label}{number}"] * clips
            folds += [str(number % 4 + 1)] * clips
    order = draw(st.permutations(range(len(labels))))
    return clips_of(*([column[row] for row in order] for column in (labels, groups)), None, [folds[r] for r in order])


SPLITTERS = [
    KFold(folds=3),
    KFold(folds=4, validation=0),
    GroupedKFold(folds=3),
    GroupedKFold(folds=4, validation=0),
    FoldColumn(),
    FoldColumn(validation="next"),
    FoldColumn(drawn=0),
    LeaveGroupsOut(),
    LeaveGroupsOut(validation=0),
]


@pytest.mark.parametrize("splitter", SPLITTERS, ids=repr)
@settings(max_examples=20)
@given(clips=grouped_clips(), seed=st.integers(0, 100))
def test_every_clip_is_tested_once_and_no_group_is_divided(splitter: Splitter, clips: Clips, seed: int) -> None:
    tested = list[str]()
    for fold in splitter.each_fold(clips):
        assert type(fold).model_validate(fold.model_dump(mode="json", exclude_none=True)) == fold
        split = fold.split(clips, seed)
        assert split.counts()["train"]
        tested += split.table.filter(part="test").get_column("path").to_list()
        if not isinstance(splitter, KFold):
            assert all(len(parts) == 1 for parts in parts_per(split, "group").values())
    assert sorted(tested) == sorted(clips.column("path"))


def test_a_split_by_lot_has_no_folds() -> None:
    assert RandomSplit().each_fold(clips_of(["a", "b"] * 4)) == []
