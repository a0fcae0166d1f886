from __future__ import annotations

import pytest
from clip_tables import clips_of, parts_per

from genrekit import DataError
from genrekit_builtins.predefined import Predefined

LABELS = ["a", "b"] * 10


@pytest.mark.parametrize("train", ["train", "Training", " TRAIN "])
@pytest.mark.parametrize("validation", ["valid", "val", "dev", "validation", "Validate"])
@pytest.mark.parametrize("test", ["test", "testing", "eval"])
def test_the_usual_spellings_are_understood(train: str, validation: str, test: str) -> None:
    clips = clips_of(LABELS, parts=[train] * 10 + [validation] * 6 + [test] * 4)
    split = Predefined().split(clips, 0)
    assert split.column("part") == ["train"] * 10 + ["validation"] * 6 + ["test"] * 4
    assert split.notes == ()


def test_clips_without_a_part_are_left_out_and_counted() -> None:
    split = Predefined().split(clips_of(LABELS, parts=["train"] * 8 + ["valid"] * 8 + [None] * 4), 0)
    assert split.column("part")[-4:] == [None] * 4
    assert split.notes == ("4 of 20 clips have no part and are left out",)


def test_a_missing_validation_part_is_refused_with_what_to_type() -> None:
    with pytest.raises(DataError) as caught:
        Predefined().split(clips_of(LABELS, parts=["train"] * 16 + ["test"] * 4), 0)
    assert "no validation part" in str(caught.value)
    assert "there are 16 train and 4 test clips" in str(caught.value)
    assert "split.validation=0.15" in str(caught.value)


def test_a_validation_part_can_be_drawn_from_the_training_part() -> None:
    groups = [f"g{number // 4}" for number in range(20)]
    clips = clips_of(LABELS, groups, parts=["train"] * 16 + ["test"] * 4)
    split = Predefined(validation=0.25).split(clips, 0)
    assert split.counts() == {"train": 12, "validation": 4, "test": 4}
    assert split.column("part")[-4:] == ["test"] * 4
    assert all(len(parts) == 1 for parts in parts_per(split, "group").values())


def test_a_share_that_is_not_needed_is_said_to_be_unused() -> None:
    split = Predefined(validation=0.5).split(clips_of(LABELS, parts=["train"] * 16 + ["valid"] * 4), 0)
    assert split.counts()["validation"] == 4
    assert split.notes == ("split.validation is not used: the data set has a validation part of its own",)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([None] * 20, "say nothing about parts"),
        (["valid"] * 10 + ["test"] * 10, "no training part\n  why: there are 10 validation and 10 test clips"),
        (["train"] * 10 + ["fold1"] * 10, "unknown part 'fold1'"),
    ],
)
def test_parts_that_cannot_be_used_are_refused(parts: list[str | None], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Predefined().split(clips_of(LABELS, parts=parts), 0)


def test_a_group_in_two_prescribed_parts_is_warned_about() -> None:
    clips = clips_of(LABELS, ["x"] * 2 + [None] * 16 + ["x"] * 2, parts=["train"] * 14 + ["valid"] * 6)
    [note] = Predefined().split(clips, 0).notes
    assert note.startswith("warning: 1 group with 4 clips on both sides")
