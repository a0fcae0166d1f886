"""The journal of a bulk prediction: whatever is cut off it or damaged in it, the table comes out the same."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import hypothesis.strategies as st
import pytest
from bulk_predicting import Bulk, Told
from hypothesis import given, settings

from genrekit.answers import Prediction, Window
from genrekit.bulk.journal_lines import as_answer, as_record, decoded, encoded
from genrekit.bulk.recordings import GROUP_BYTES, MOST_IN_A_GROUP, Recording, examined, groups
from genrekit.errors import GenrekitError

FILES = 150


class StoppedError(Exception):
    """Stands for a kill."""


@pytest.fixture
def bulk(tmp_path: Path) -> Bulk:
    found = Bulk(tmp_path)
    for number in range(FILES):
        found.hold(f"{number:03}", "text" if number % 20 == 7 else f"{number % 100} {number % 7}")
    return found


def stop_at(name: str) -> Told:
    def before(path: str) -> None:
        if Path(path).name == name:
            raise StoppedError

    return Told(before=before)


@pytest.mark.parametrize("windows", [False, True])
def test_what_is_answered_is_not_answered_again(bulk: Bulk, windows: bool) -> None:
    failed = bulk.predict(Told(windows))
    whole = bulk.table.read_bytes()
    bulk.journal.unlink()
    bulk.table.unlink()
    stopped, rest = stop_at("100"), Told(windows)
    stopped.windows = windows
    with pytest.raises(StoppedError):
        bulk.predict(stopped)
    assert not bulk.table.exists()
    assert bulk.predict(rest) == failed == 8
    assert bulk.table.read_bytes() == whole
    again = {Path(path).name for path in stopped.files} & {Path(path).name for path in rest.files}
    assert again <= {f"{number:03}" for number in range(64, 128)}, "only the group that was in work"
    assert len(rest.files) == FILES - MOST_IN_A_GROUP


def test_a_journal_is_removed_once_all_is_well(tmp_path: Path) -> None:
    bulk = Bulk(tmp_path)
    bulk.hold("a", "50")
    assert bulk.predict(Told()) == 0
    assert sorted(tmp_path.iterdir()) == [tmp_path / "in", bulk.table]


def test_failed_files_stay_known_and_can_be_tried_again(bulk: Bulk) -> None:
    bulk.predict(Told())
    again, retried, mended = Told(), Told(), Told()
    assert bulk.predict(again) == 8
    assert again.files == []
    assert bulk.predict(retried, retry_failed=True, alone=True) == 8
    assert [int(Path(path).name) % 20 for path in retried.files] == [7] * 8
    for number in range(7, FILES, 20):
        bulk.hold(f"{number:03}", "1000")
    assert bulk.predict(mended, alone=True) == 0
    assert len(mended.files) == 8
    assert not bulk.journal.exists()


def test_changed_new_and_vanished_files(bulk: Bulk) -> None:
    bulk.predict(Told())
    changed = bulk.hold("100", "99 98 97")
    bulk.hold("100x", "1")
    (bulk.folder / "in" / "000").unlink()
    told = Told()
    bulk.predict(told, alone=True)
    assert [Path(path).name for path in told.files] == ["100", "100x"]
    rows = bulk.table.read_text().splitlines()[1:]
    assert [row.partition(",")[0] for row in rows] == [str(path) for path in sorted(changed.parent.iterdir())]
    assert rows[99].split(",")[4] == "0.980000"


def test_a_file_touched_with_the_same_size_is_answered_anew(bulk: Bulk) -> None:
    bulk.predict(Told())
    path = bulk.folder / "in" / "003"
    os.utime(path, ns=(1, 1))
    told = Told()
    bulk.predict(told, alone=True)
    assert told.files == [str(path)]


def test_answers_in_any_order(bulk: Bulk) -> None:
    bulk.predict(Told(windows=True))
    whole = bulk.table.read_bytes()
    bulk.journal.unlink()

    class Backwards(Told):
        def __call__(self, groups: Iterable[list[str]]) -> Iterator[Window | Prediction]:
            return super().__call__(reversed(list(groups)))

    bulk.predict(Backwards(windows=True))
    assert bulk.table.read_bytes() == whole


def test_a_group_that_nobody_answers_is_not_taken_for_done(bulk: Bulk) -> None:
    with pytest.raises(GenrekitError, match="150 files were not answered"):
        bulk.predict(Silent())
    assert not bulk.table.exists()


class Silent(Told):
    def __call__(self, groups: Iterable[list[str]]) -> Iterator[Window | Prediction]:
        return iter(())


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> pytest.TempPathFactory:
    """Folders for the examples of one test."""
    return tmp_path_factory


DAMAGES = 150
"""Journals cut off or overwritten at any place."""


@settings(max_examples=DAMAGES)
@given(share=st.floats(0, 1), garbage=st.binary(max_size=60), flip=st.booleans())
def test_any_end_and_any_damage(
    tmp_path_factory: pytest.TempPathFactory, share: float, garbage: bytes, flip: bool
) -> None:
    bulk = Bulk(tmp_path_factory.mktemp("bulk"))
    for number in range(12):
        bulk.hold(f"{number}", "text" if number == 7 else f"{number} {number + 1}")
    bulk.predict(Told(windows=True))
    whole, journal = bulk.table.read_bytes(), bulk.journal.read_bytes()
    header = journal.index(b"\n", journal.index(b"\n") + 1) + 1
    cut = header + round(share * (len(journal) - header))
    bulk.journal.write_bytes(journal[:cut] + garbage + (journal[cut + len(garbage) :] if flip else b""))
    bulk.predict(Told(windows=True))
    assert bulk.table.read_bytes() == whole


def test_every_length_of_a_header(tmp_path: Path) -> None:
    bulk = Bulk(tmp_path)
    bulk.hold("a", "text")
    bulk.predict(Told())
    whole, journal = bulk.table.read_bytes(), bulk.journal.read_bytes()
    header = journal.index(b"\n", journal.index(b"\n") + 1) + 1
    for length in range(header + 1):
        bulk.journal.write_bytes(journal[:length])
        bulk.predict(Told())
        assert (bulk.table.read_bytes(), bulk.journal.read_bytes()) == (whole, journal)


def test_other_answers_are_not_mixed(bulk: Bulk) -> None:
    with pytest.raises(StoppedError):
        bulk.predict(stop_at("010"))
    before = bulk.journal.read_bytes()
    bulk.made_with |= {"model": "n", "threshold": 0.5}
    with pytest.raises(GenrekitError) as caught:
        bulk.predict(Told())
    assert str(caught.value).splitlines() == [
        f"{bulk.journal} holds answers made otherwise",
        "  why: another model; --threshold was not given, is 0.5",
        "  try: what was typed before goes on with it; --restart begins anew",
    ]
    assert bulk.journal.read_bytes() == before
    told = Told()
    bulk.predict(told, restart=True)
    assert len(told.files) == FILES


def test_a_finished_journal_gives_way(bulk: Bulk) -> None:
    bulk.predict(Told())
    bulk.made_with |= {"threshold": 0.5}
    told = Told()
    bulk.predict(told)
    assert len(told.files) == FILES


@pytest.mark.parametrize("content", [b"my own notes", b"my own notes\n", b"genrekit predictions 2\n", b"\0" * 4000])
def test_somebody_elses_file_is_left_alone(bulk: Bulk, content: bytes) -> None:
    bulk.journal.write_bytes(content)
    with pytest.raises(GenrekitError, match="is no journal of this version of genrekit"):
        bulk.predict(Told())
    assert bulk.journal.read_bytes() == content


def test_a_second_process_is_refused(bulk: Bulk) -> None:
    refused: list[str] = []

    def second(path: str) -> None:
        if not refused:
            with pytest.raises(GenrekitError, match=r"another process is predicting into table\.csv") as caught:
                bulk.predict(Told())
            refused.append(str(caught.value))

    bulk.predict(Told(before=second))
    assert len(refused) == 1


def test_a_path_is_answered_once(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("5")
    assert examined([path, str(path), "gone\0", path]) == [
        Recording(str(path), 1, path.stat().st_mtime_ns),
        Recording("gone\0", -1, -1),
    ]


@given(st.lists(st.sampled_from([-1, 0, 1, GROUP_BYTES // 3, GROUP_BYTES, 2 * GROUP_BYTES]), max_size=300))
def test_groups_cover_everything_once_and_are_not_too_large(sizes: list[int]) -> None:
    recordings = [Recording(str(number), size, 0) for number, size in enumerate(sizes)]
    found = [list(group) for group in groups(recordings)]
    assert [number for group in found for number in group] == list(range(len(sizes)))
    for group in found:
        assert len(group) == 1 or sum(max(sizes[number], 0) for number in group) <= GROUP_BYTES
        assert 1 <= len(group) <= MOST_IN_A_GROUP


@given(st.text(st.characters(), max_size=8), st.floats(0, 1), st.booleans())
def test_answers_come_back_as_they_were(name: str, share: float, window: bool) -> None:
    made: Window | Prediction
    if window:
        made = Window(name, share, 2.0, None, share, {"b": share, name: 0.1})
    else:
        made = Prediction(name, "ok", name, share, {"b": share, name: 0.1}, 3, share, None, (name, "b"))
    line = encoded(as_record(made))
    record = decoded(line)
    assert record is not None
    back = as_answer(record)
    assert back == made
    assert list(back.probabilities) == list(made.probabilities)
    assert decoded(line[:-1]) is None
    assert decoded(line.replace(b"b", b"c", 1)) is None or b"b" not in line


def test_answers_are_held_on_the_disk(tmp_path: Path) -> None:
    """However many there are, one is in hand; each is there before the next is asked for."""
    bulk = Bulk(tmp_path)
    for number in range(40):
        bulk.hold(f"{number:02}", "50")
    seen: list[int] = []

    def look(path: str) -> None:
        lines = bulk.journal.read_bytes().splitlines()[2:]
        seen.append(len(lines))
        assert all(json.loads(line[9:])["file"]["status"] == "ok" for line in lines)

    bulk.predict(Told(before=look))
    assert seen == list(range(40))
