from __future__ import annotations

import pytest
from clip_tables import clips_of, parts_per
from pydantic import ValidationError

from genrekit import DataError
from genrekit_builtins.fold_column import FoldColumn

LABELS = ["a", "b"] * 20
FOLDS = [str(number // 2 % 5 + 1) for number in range(40)]


def test_named_folds_are_held_out_and_the_others_train() -> None:
    split = FoldColumn(validation="4", test=5).split(clips_of(LABELS, folds=FOLDS), 0)
    expected = {"4": "validation", "5": "test"}
    assert split.column("part") == [expected.get(fold, "train") for fold in FOLDS]
    assert split.notes == ()


def test_several_folds_can_be_held_out() -> None:
    split = FoldColumn(validation=[1, "2"], test=["3"]).split(clips_of(LABELS, folds=FOLDS), 0)
    assert split.counts() == {"train": 16, "validation": 16, "test": 8}


def test_without_a_validation_fold_one_is_drawn_and_keeps_groups_whole() -> None:
    groups = [f"{fold}/{number // 20}" for number, fold in enumerate(FOLDS)]
    split = FoldColumn(test="1", drawn=0.25).split(clips_of(LABELS, groups, folds=FOLDS), 0)
    assert split.counts() == {"train": 24, "validation": 8, "test": 8}
    assert {part for part, fold in zip(split.column("part"), FOLDS, strict=True) if fold == "1"} == {"test"}
    assert all(len(parts) == 1 for parts in parts_per(split, "group").values())


def test_clips_without_a_fold_are_left_out_and_counted() -> None:
    folds = [None, None, *FOLDS[2:]]
    split = FoldColumn(validation="4").split(clips_of(LABELS, folds=folds), 0)
    assert split.column("part")[:2] == [None, None]
    assert split.notes == ("2 of 40 clips have no fold and are left out",)


def test_an_unknown_fold_is_refused_with_those_there_are() -> None:
    with pytest.raises(DataError, match=r"no fold '7'\n  why: the folds are 1, 2, 3, 4 and 5"):
        FoldColumn(validation="7").split(clips_of(LABELS, folds=FOLDS), 0)


def test_something_must_be_left_to_train_on() -> None:
    with pytest.raises(DataError, match="no fold is left to train on"):
        FoldColumn(validation=["1", "2"], test=["3", "4", "5"]).split(clips_of(LABELS, folds=FOLDS), 0)


def test_data_without_folds_is_refused() -> None:
    with pytest.raises(DataError, match="the clips have no folds"):
        FoldColumn(validation="1").split(clips_of(LABELS), 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [({}, "name the folds"), ({"validation": 1, "test": ["1", "2"]}, "fold 1 cannot be both")],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        FoldColumn(**options)


def test_a_group_in_two_folds_is_warned_about() -> None:
    clips = clips_of(["a", "b"] * 4, ["x", None] * 4, folds=["1", "1", "2", "2"] * 2)
    [note] = FoldColumn(validation="1").split(clips, 0).notes
    assert note.startswith("warning: 1 group with 4 clips on both sides")
    assert note.endswith("one group each: a")


def test_a_class_that_never_trains_is_refused_and_one_never_held_out_is_noted() -> None:
    clips = clips_of(["a", "b", "a"], folds=["1", "2", "2"])
    with pytest.raises(DataError, match="no training clip of b"):
        FoldColumn(validation="2").split(clips, 0)
    split = FoldColumn(validation="1").split(clips, 0)
    assert split.notes == ("warning: the validation part has no clip of b",)
