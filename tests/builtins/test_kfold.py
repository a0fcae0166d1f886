from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from clip_tables import clips_of, parts_per
from pydantic import ValidationError

from genrekit import Clips, DataError
from genrekit_builtins.kfold import GroupedKFold, KFold

LABELS = ["a", "b", "c"] * 20
GROUPS = [f"g{number // 4}" for number in range(60)]


def held_out(splitter: type[KFold] | type[GroupedKFold], clips: Clips, folds: int, **options: Any) -> list[set[str]]:
    """The paths that each of ``folds`` runs holds out."""
    part = options.get("held_out", "validation")
    runs = [splitter(folds=folds, fold=fold, **options).split(clips, 5) for fold in range(folds)]
    return [set(run.table.filter(part=part).get_column("path")) for run in runs]


@pytest.mark.parametrize("splitter", [KFold, GroupedKFold])
@pytest.mark.parametrize("part", ["validation", "test"])
def test_the_runs_hold_out_every_clip_once(splitter: type[KFold] | type[GroupedKFold], part: str) -> None:
    runs = held_out(splitter, clips_of(LABELS, GROUPS), 5, held_out=part)
    assert sum(map(len, runs)) == 60
    assert len(set.union(*runs)) == 60


@pytest.mark.parametrize("folds", [2, 5, 10])
def test_each_fold_has_the_same_share_of_every_class(folds: int) -> None:
    clips = clips_of(LABELS)
    for fold in range(folds):
        split = KFold(folds=folds, fold=fold).split(clips, 0)
        held = split.table.filter(part="validation").get_column("labels").list.first().value_counts()
        assert sorted(held.get_column("count")) == [20 // folds] * 3


@pytest.mark.parametrize("splitter", [KFold, GroupedKFold])
def test_folds_divide_no_group_in_any_part(splitter: type[KFold] | type[GroupedKFold]) -> None:
    split = splitter(folds=5, held_out="test", validation=0.25).split(clips_of(LABELS, GROUPS), 1)
    assert all(len(parts) == 1 for parts in parts_per(split, "group").values())
    assert all(parts == {"train", "validation", "test"} for parts in parts_per(split, "label").values())
    assert split.counts() == {"train": 36, "validation": 12, "test": 12}
    assert split.notes == ()


def test_folds_that_ignore_groups_say_that_they_divide_them() -> None:
    [note] = KFold(groups="ignore").split(clips_of(LABELS, GROUPS), 1).notes
    assert note.startswith("warning: ")
    assert "on both sides of the split" in note


def test_the_validation_share_is_of_the_other_clips() -> None:
    split = KFold(folds=5, held_out="test", validation=0.25).split(clips_of(LABELS), 1)
    assert split.counts() == {"train": 36, "validation": 12, "test": 12}


def test_the_same_seed_gives_the_same_folds_and_another_seed_others() -> None:
    clips = clips_of(LABELS, GROUPS)
    first, again, other = (GroupedKFold().split(clips, seed).column("part") for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_class_of_fewer_groups_than_folds_is_refused_by_name() -> None:
    clips = clips_of(["a"] * 12 + ["b"] * 12, [f"a{n % 6}" for n in range(12)] + [f"b{n % 3}" for n in range(12)])
    with pytest.raises(DataError, match=r"too few groups for 5 folds: b \(3 groups, 12 clips\)"):
        GroupedKFold().split(clips, 0)
    with pytest.raises(DataError, match=r"or split.groups=ignore, which divides groups and says so"):
        KFold().split(clips, 0)
    assert KFold(groups="ignore").split(clips, 0).counts()["validation"] in {4, 5}


def test_a_class_of_fewer_clips_than_folds_is_refused_by_name() -> None:
    with pytest.raises(DataError, match=r"too few clips for 5 folds: b \(4 clips\)"):
        KFold().split(clips_of(["a"] * 9 + ["b"] * 4), 0)


def test_without_validation_all_others_train() -> None:
    split = KFold(folds=5, held_out="test", validation=0).split(clips_of(LABELS), 1)
    assert split.counts() == {"train": 48, "validation": 0, "test": 12}


def test_the_fold_must_exist() -> None:
    with pytest.raises(ValidationError, match="fold must be at most 4"):
        KFold(fold=5)


def test_folds_of_many_groups_are_level() -> None:
    group = np.random.default_rng(0).integers(0, 400, 4000)
    clips = clips_of((group % 10).astype(str).tolist(), group.astype(str).tolist())
    sizes = [GroupedKFold(fold=fold).split(clips, 0).counts()["validation"] for fold in range(5)]
    assert sum(sizes) == 4000
    assert max(sizes) - min(sizes) <= 20
