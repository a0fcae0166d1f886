"""Checks of the whole set, on facts made by hand."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import pytest

from genrekit.auditing.examination import Facts
from genrekit.auditing.findings import Finding, Names, plural
from genrekit.auditing.grouping import tied_groups
from genrekit.auditing.material import Material
from genrekit.auditing.set_checks import check_set
from genrekit.auditing.shortcuts import bandwidth, in_quarters, shortcut
from genrekit.auditing.twin_checks import check_twins
from genrekit.auditing.twins import Twins
from genrekit.clips import Clip, Clips


def material(rows: Sequence[Clip], twins: Sequence[Twins] = (), **facts: Sequence[object]) -> Material:
    made = [
        Facts(row, clip.path, sample_rate=22050, channels=1, format="WAV/PCM_16", duration_s=3.0)
        for row, clip in enumerate(rows)
    ]
    for name, values in facts.items():
        made = [dataclasses.replace(one, **{name: value}) for one, value in zip(made, values, strict=True)]
    return Material(Clips.from_rows(rows), made, twins)


def clips(count: int, **columns: Sequence[str | None]) -> list[Clip]:
    labels = ["ab"[row % 2] for row in range(count)]
    return [
        Clip(f"/d/{row}.wav", [labels[row]], **{name: values[row] for name, values in columns.items()})  # type: ignore[arg-type]
        for row in range(count)
    ]


def only(findings: Sequence[Finding]) -> Finding:
    (finding,) = findings
    return finding


def test_a_property_that_tells_the_label() -> None:
    rates = [44100 if row % 2 else 22050 for row in range(40)]
    found = only(list(check_set(material(clips(40), sample_rate=rates))))
    assert (found.check, found.level) == ("shortcut-sample-rate", "serious")
    assert found.title == (
        "the sample rate goes with the label: guessing the label from the sample rate alone is right "
        "for 100% of the clips, without it for 50%"
    )
    assert found.lines == ("22050 Hz: 20 a", "44100 Hz: 20 b")
    assert found.why is not None
    assert "Cramér's V 1.00 of 1" in found.why


def test_a_bandwidth_that_tells_the_label_unless_no_model_hears_it() -> None:
    ends = [16000.0 if row % 2 else 22050.0 for row in range(40)]
    made = material(clips(40), highest_hz=ends)
    found = only(list(check_set(made)))
    assert (found.check, found.level) == ("shortcut-bandwidth", "serious")
    assert found.lines == ("above 17.5 kHz: 20 a", "to 17.5 kHz: 20 b")
    assert found.hint is not None
    assert "features.f_max, or half of features.sample_rate, at 16000 Hz" in found.hint
    assert list(check_set(dataclasses.replace(made, heard_hz=16000.0))) == []


def test_clips_whose_bandwidth_cannot_be_told_do_not_count() -> None:
    """Or it would tell of length and loudness."""
    ends = [None if row % 2 else 22050.0 for row in range(40)]
    assert list(check_set(material(clips(40), highest_hz=ends))) == []
    few = [22050.0 if row == 1 else 8000.0 if row < 20 else None for row in range(40)]
    assert list(check_set(material(clips(40), highest_hz=few))) == []


@pytest.mark.parametrize(
    ("highest_hz", "heard_hz", "told"),
    [
        (3400.0, 8000.0, "to 4.5 kHz"),
        (7600.0, 8000.0, "to 9 kHz"),
        (7601.0, 8000.0, "all that is heard"),
        (16000.0, math.inf, "to 17.5 kHz"),
        (19000.0, math.inf, "above 17.5 kHz"),
    ],
)
def test_bandwidths_are_told_roughly(highest_hz: float, heard_hz: float, told: str) -> None:
    assert bandwidth(highest_hz, heard_hz) == told


def test_a_property_that_does_not_go_with_the_label() -> None:
    rates = [44100 if row % 4 < 2 else 22050 for row in range(40)]
    assert list(check_set(material(clips(40), sample_rate=rates))) == []


def test_what_chance_may_do_is_not_reported() -> None:
    assert shortcut("x", ["p", "p", "q", "q"], ["a", "a", "b", "b"]) is None
    found = shortcut("x", ["p"] * 20 + ["q"] * 20, ["a"] * 20 + ["b"] * 20)
    assert found is not None
    assert (found.strength, found.guessed, found.blind) == (1.0, 1.0, 0.5)


def test_strength_is_cramers_v() -> None:
    # chi-squared of [[30, 10], [10, 30]] without correction is 20, of 80 clips: V = sqrt(20 / 80).
    found = shortcut("x", ["p"] * 40 + ["q"] * 40, ["a"] * 30 + ["b"] * 10 + ["a"] * 10 + ["b"] * 30)
    assert found is not None
    assert found.strength == pytest.approx(0.5)
    assert found.guessed == 0.75


def test_durations_are_compared_by_quarters() -> None:
    assert in_quarters([1.0, 2.0, 1.0], "s") == ["1 s", "2 s", "1 s"]
    values = [float(number) for number in range(1, 9)]
    told = in_quarters(values, "s")
    assert [told.count(name) for name in dict.fromkeys(told)] == [2, 2, 2, 2]
    assert in_quarters([1.0] * 90 + values, "s")[0].startswith("1")


def test_groups_on_both_sides() -> None:
    rows = clips(8, group=["x", "x", "y", "y", None, None, "z", "z"], part=["train", "test"] * 2 + ["train"] * 4)
    found = only(list(check_set(material(rows))))
    assert (found.check, found.level) == ("groups-across-parts", "serious")
    assert found.title == "2 groups with 4 clips are on both sides of the split"
    assert found.rows == (0, 1, 2, 3)
    assert found.lines == ("x: 1 test, 1 train", "y: 1 test, 1 train")


def test_classes_of_one_group() -> None:
    found = only(list(check_set(material(clips(6, group=["x", "y"] * 3)))))
    assert found.check == "one-group-classes"
    assert found.lines == ("a: all of x", "b: all of y")


@pytest.mark.parametrize(("few", "level"), [(1, "warning"), (4, "note"), (6, None)])
def test_imbalance(few: int, level: str | None) -> None:
    rows = [Clip(f"/d/{row}.wav", ["a"]) for row in range(12)] + [Clip(f"/e/{row}.wav", ["b"]) for row in range(few)]
    found = list(check_set(material(rows)))
    assert [finding.level for finding in found] == ([level] if level else [])


def test_twins_in_one_group_are_a_note_and_across_groups_a_warning() -> None:
    rows = clips(6, group=["x", "y", "x", "y", "x", "z"])
    same = only(list(check_twins(material(rows, [Twins(0, 2, "sound", same_s=3)]))))
    assert (same.check, same.level) == ("twins", "note")
    other = only(list(check_twins(material(rows, [Twins(1, 5, "sound", -0.5, 2.0, 0.91)]))))
    assert (other.check, other.level) == ("twins-across-groups", "warning")
    assert other.lines == ("1.wav (b) = 5.wav (b): the same sound for 2 s (similarity 0.91), 0.50 s apart",)


def test_twins_across_parts_are_found_through_a_third() -> None:
    rows = clips(6, part=["train", "train", None, "train", "test", "train"])
    found = only(list(check_twins(material(rows, [Twins(0, 2, "bytes"), Twins(2, 4, "bytes")]))))
    assert found.check == "twins-across-parts"
    assert found.title == "1 validation or test clip has a twin in another part"
    assert found.lines == ("0.wav (train) = 2.wav (unused) = 4.wav (test)",)


def test_groups_that_tie_twins() -> None:
    groups = ["x", None, "y", None, None, "z", None]
    assert tied_groups(groups, [[0, 1], [2, 5], [3, 4]]) == ["x", "x", "y", "twins-3", "twins-3", "y", None]
    # x and y are tied by one family, y and z by another: all are one.
    assert tied_groups(["x", "y", "y", "z", "x"], [[0, 1], [2, 3]]) == ["x"] * 5


def test_names_are_short_and_tell_stretches_apart() -> None:
    names = Names(["/d/a/1.wav", "/d/b/2.wav"], [0.0, 2.5])
    assert [names[0], names[1]] == ["a/1.wav", "b/2.wav at 2.5 s"]
    assert plural(1, "class") == "1 class"
    assert plural(1200, "class") == "1,200 classes"
