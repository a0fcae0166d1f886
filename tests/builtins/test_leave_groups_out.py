from __future__ import annotations

import pytest
from clip_tables import clips_of, parts_per

from genrekit import DataError
from genrekit_builtins.leave_groups_out import LeaveGroupsOut

LABELS = ["a", "b"] * 20
SPEAKERS = [("ann", "bob", "cid", "dot")[number // 2 % 4] for number in range(40)]


def test_named_groups_are_tested_and_others_train() -> None:
    split = LeaveGroupsOut(test=["bob", "dot"], validation=0).split(clips_of(LABELS, SPEAKERS), 0)
    assert parts_per(split, "group") == {"ann": {"train"}, "bob": {"test"}, "cid": {"train"}, "dot": {"test"}}
    assert split.notes == ()


def test_each_group_is_left_out_once() -> None:
    clips = clips_of(LABELS, SPEAKERS)
    splitters = LeaveGroupsOut().each_fold(clips)
    assert [splitter.test for splitter in splitters] == ["ann", "bob", "cid", "dot"]  # type: ignore[attr-defined]
    tested = [set(splitter.split(clips, 0).table.filter(part="test").get_column("path")) for splitter in splitters]
    assert sum(map(len, tested)) == len(set.union(*tested)) == 40


def test_validation_is_whole_groups_or_a_share_of_each() -> None:
    clips = clips_of(LABELS, SPEAKERS)
    whole = LeaveGroupsOut(test="ann").split(clips, 0)
    assert all(len(parts) == 1 for parts in parts_per(whole, "group").values())
    assert whole.counts() == {"train": 20, "validation": 10, "test": 10}
    shared = LeaveGroupsOut(test="ann", validation=0.2, validation_groups="ignore").split(clips, 0)
    assert shared.counts() == {"train": 24, "validation": 6, "test": 10}
    assert parts_per(shared, "group")["ann"] == {"test"}
    assert any("on both sides of the split" in note for note in shared.notes)


def test_clips_without_a_group_always_train_and_are_counted() -> None:
    split = LeaveGroupsOut(test="bob", validation=0).split(clips_of(LABELS, [None, None, *SPEAKERS[2:]]), 0)
    assert split.column("part")[:2] == ["train", "train"]
    assert split.notes == ("2 of 40 clips have no group and are never tested",)


@pytest.mark.parametrize(
    ("groups", "test", "message"),
    [
        (SPEAKERS, [], "no group is named that is held out"),
        (SPEAKERS, "eve", "there is no group 'eve'\n  why: the groups are ann, bob, cid and dot"),
        (None, "ann", "there are no groups to leave out"),
        (["ann"] * 40, "ann", "there is one group to leave out"),
    ],
)
def test_what_cannot_be_held_out_is_refused(groups: list[str] | None, test: str | list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        LeaveGroupsOut(test=test).split(clips_of(LABELS, groups), 0)


def test_a_class_of_the_tested_group_alone_is_refused() -> None:
    with pytest.raises(DataError, match="no training clip of c"):
        LeaveGroupsOut(test="x").split(clips_of(["a", "a", "c"], ["x", "y", "x"]), 0)
