from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from audio_trees import real_data, touch
from pydantic import ValidationError

from genrekit import DataError
from genrekit_builtins.fold_column import FoldColumn
from genrekit_builtins.pattern import Pattern
from genrekit_builtins.random_split import RandomSplit

DIGITS = r"(?P<label>\d)_(?P<group>\w+)_\d+\.wav"
ESC10 = r"\d+ - (?P<label>[^/]+)/(?P<fold>\d)-(?P<group>\d+)-\w\.ogg"


def test_named_groups_become_columns(tmp_path: Path) -> None:
    names = ["001 - Dog bark/1-100032-A.ogg", "002 - Rain/5-17367-B.ogg"]
    clips = Pattern(root=touch(tmp_path, names), pattern=ESC10).clips()
    assert clips.single_labels() == ["Dog bark", "Rain"]
    assert clips.column("fold") == ["1", "5"]
    assert clips.column("group") == ["100032", "17367"]
    assert clips.column("part") == [None, None]
    assert clips.column("path") == [str(tmp_path / name) for name in names]


def test_an_optional_group_that_is_absent_is_none(tmp_path: Path) -> None:
    root = touch(tmp_path, ["train/a_1.wav", "b_2.wav"])
    clips = Pattern(root=root, pattern=r"((?P<part>\w+)/)?(?P<label>[a-z])_\d\.wav").clips()
    assert dict(zip(clips.single_labels(), clips.column("part"), strict=True)) == {"a": "train", "b": None}


def test_files_that_do_not_match_are_counted_with_an_example(tmp_path: Path) -> None:
    root = touch(tmp_path, ["0_george_0.wav", "1_theo_3.wav", "noise/hum.wav", "1_theo_3.wav.txt"])
    clips = Pattern(root=root, pattern=DIGITS).clips()
    assert clips.single_labels() == ["0", "1"]
    assert clips.notes == ("1 of 3 audio files do not match the pattern and are left out, such as noise/hum.wav",)


def test_no_match_at_all_shows_the_expression_and_a_path(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        Pattern(root=touch(tmp_path, ["speech/zero.wav"]), pattern=DIGITS).clips()
    message = str(caught.value)
    assert message.startswith("none of 1 audio files match dataset.pattern")
    assert DIGITS in message
    assert "a path is  speech/zero.wav" in message
    assert "(?:.*/)?" not in message


def test_a_match_of_only_the_file_name_is_told_how_to_allow_for_folders(tmp_path: Path) -> None:
    root = touch(tmp_path, ["recordings/0_george_0.wav"])
    with pytest.raises(DataError, match=r"\(\?:\.\*/\)\?  in front"):
        Pattern(root=root, pattern=DIGITS).clips()
    assert Pattern(root=root, pattern=rf"(?:.*/)?{DIGITS}").clips().single_labels() == ["0"]


def test_an_empty_label_does_not_match(tmp_path: Path) -> None:
    clips = Pattern(root=touch(tmp_path, ["a-1.wav", "-2.wav"]), pattern=r"(?P<label>\w*)-\d\.wav").clips()
    assert clips.single_labels() == ["a"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (r"(?P<label>\d", "not a regular expression: missing \\), unterminated subpattern"),
        (r"(\d)_.*", "needs a group named label"),
        (r"(?P<label>\d)(?P<speaker>\w)", r"unknown group \(\?P<speaker>…\); there are label, group, part, fold"),
    ],
)
def test_expressions_that_cannot_work_are_refused(pattern: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Pattern(root=".", pattern=pattern)


def test_a_root_without_audio_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no audio\n  why: it holds readme\.md"):
        Pattern(root=touch(tmp_path, ["readme.md"]), pattern=DIGITS).clips()


@pytest.mark.realdata
def test_the_spoken_digits_of_four_speakers() -> None:
    clips = Pattern(root=real_data("fsdd"), pattern=DIGITS).clips()
    assert Counter(clips.single_labels()) == {str(digit): 200 for digit in range(10)}
    assert Counter(clips.column("group")) == dict.fromkeys(["george", "jackson", "nicolas", "theo"], 500)
    assert clips.notes == ()
    split = RandomSplit(validation=0.25, test=0.25).split(clips, 0)
    assert split.counts() == {"train": 1000, "validation": 500, "test": 500}
    assert split.table.group_by("group").n_unique().get_column("part").to_list() == [1] * 4


@pytest.mark.realdata
def test_the_first_four_folds_of_esc10() -> None:
    clips = Pattern(root=real_data("esc10"), pattern=ESC10).clips()
    assert sorted(Counter(clips.single_labels()).values()) == [32] * 10
    assert Counter(clips.column("fold")) == dict.fromkeys("1234", 80)
    split = FoldColumn(validation="3", test="4").split(clips, 0)
    assert split.counts() == {"train": 160, "validation": 80, "test": 80}
    assert split.notes == ()
