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
    [({"drawn": 1.0}, "drawn"), ({"validation": 1, "test": ["1", "2"]}, "fold 1 cannot be both")],
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


def test_naming_no_fold_is_refused_with_the_ways_out() -> None:
    with pytest.raises(DataError, match=r"no fold is named that is held out(.|\n)*--folds tests each in turn"):
        FoldColumn().split(clips_of(LABELS, folds=FOLDS), 0)


def test_each_fold_is_tested_once_in_the_order_of_numbers() -> None:
    folds = [str(number // 2 % 10 + 1) for number in range(40)]
    clips = clips_of(LABELS, folds=folds)
    splitters = FoldColumn(validation="next").each_fold(clips)
    assert [splitter.test for splitter in splitters] == [str(number) for number in range(1, 11)]  # type: ignore[attr-defined]
    assert [splitter.validation for splitter in splitters] == [*map(str, range(2, 11)), "1"]  # type: ignore[attr-defined]
    for splitter in splitters:
        assert splitter.split(clips, 0).counts() == {"train": 32, "validation": 4, "test": 4}


def test_nothing_drawn_trains_on_all_other_folds() -> None:
    clips = clips_of(LABELS, folds=FOLDS)
    for splitter in FoldColumn(drawn=0).each_fold(clips):
        assert splitter.split(clips, 0).counts() == {"train": 32, "validation": 0, "test": 8}


def test_a_named_validation_fold_cannot_be_tested_too() -> None:
    with pytest.raises(DataError, match=r"names fold 4, but a cross-validation tests every fold"):
        FoldColumn(validation=4).each_fold(clips_of(LABELS, folds=FOLDS))


def test_the_next_fold_needs_one_before_it() -> None:
    clips = clips_of(LABELS, folds=FOLDS)
    assert set(parts_per(FoldColumn(test=5, validation="next").split(clips, 0), "label")) == {"a", "b"}
    with pytest.raises(DataError, match="the fold after the tested one"):
        FoldColumn(test=[1, 2], validation="next").split(clips, 0)
