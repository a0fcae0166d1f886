from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from audio_trees import real_data, touch

from genrekit import DataError
from genrekit_builtins.gtzan import Gtzan
from genrekit_builtins.gtzan_tracks import track_of, tracks
from genrekit_builtins.kfold import GroupedKFold
from genrekit_builtins.predefined import Predefined
from genrekit_builtins.random_split import RandomSplit


def whole(root: Path, layout: str = "genres/{genre}/{track}.au") -> Path:
    """All 1,000 tracks as empty files."""
    return touch(root, [layout.format(genre=known.genre, track=track) for track, known in tracks().items()])


def test_the_facts_cover_a_hundred_tracks_of_each_genre() -> None:
    assert list(tracks()) == [f"{genre}.{number:05d}" for genre in GENRES for number in range(100)]
    parts = Counter(track.part for track in tracks().values())
    assert parts == {"train": 443, "validation": 197, "test": 290, None: 70}
    assert sum(track.artist is None for track in tracks().values()) == 52


GENRES = ["blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"]


def test_the_parts_are_those_that_torchaudio_has() -> None:
    listed = pytest.importorskip("torchaudio.datasets.gtzan")
    for part, ids in {
        "train": listed.filtered_train,
        "validation": listed.filtered_valid,
        "test": listed.filtered_test,
    }.items():
        assert {name for name, track in tracks().items() if track.part == part} == set(ids)


@pytest.mark.parametrize(
    "layout",
    [
        "genres/{genre}/{track}.au",
        "genres_original/{genre}/{track}.wav",
        "Data/genres_original/{genre}/{track}.wav",
        "{genre}/{track}.WAV",
        "{genre}/{track}.flac",
        "{track}.Mp3",
        "GTZAN/{genre}/{track}.ogg",
    ],
)
def test_every_layout_gives_the_same_clips(tmp_path: Path, layout: str) -> None:
    clips = Gtzan(root=whole(tmp_path, layout)).clips()
    assert Counter(clips.single_labels()) == dict.fromkeys(GENRES, 100)
    assert Counter(clips.column("part")) == {"train": 443, "validation": 197, "test": 290, None: 70}
    assert [track_of(Path(path).name) for path in clips.column("path")] == list(tracks())
    assert len(clips.notes) == 1
    assert clips.notes[0].startswith("52 tracks are faulty")


def test_a_row_is_written_out(tmp_path: Path) -> None:
    clips = Gtzan(root=touch(tmp_path, ["jazz/Jazz.00054.wav", "disco/disco.00051.wav"])).clips()
    assert clips.table.rows() == [
        (str(tmp_path / "disco" / "disco.00051.wav"), ["disco"], None, None, None, 0.0, None),
        (str(tmp_path / "jazz" / "Jazz.00054.wav"), ["jazz"], "artist 235", "train", None, 0.0, None),
    ]
    assert clips.notes == (
        "998 of GTZAN's 1000 tracks are not there, such as blues.00000",
        "1 tracks are faulty (replicas, distorted …) and of unknown artist: disco 1; "
        "each counts as an artist of its own",
    )


def test_copies_and_strangers_are_left_out_and_noted(tmp_path: Path) -> None:
    names = ["genres/jazz/jazz.00000.au", "genres_original/jazz/jazz.00000.wav", "mp3/jazz.00000.mp3"]
    clips = Gtzan(root=touch(tmp_path, [*names, "rock/my song.wav", "genres/._rock.00001.au"])).clips()
    assert clips.column("path") == [str(tmp_path / names[1])]
    assert clips.notes[1:] == (
        "2 files are further copies of a track in another format or folder and are left out",
        f"1 audio files are no GTZAN tracks and are left out, such as {tmp_path / 'rock' / 'my song.wav'}",
    )


@pytest.mark.parametrize("names", [[], ["jazz/a.wav", "readme.txt"]])
def test_a_folder_without_tracks_says_how_to_get_them(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        Gtzan(root=touch(tmp_path, names)).clips()
    message = str(caught.value)
    assert "holds no GTZAN tracks (files like jazz.00054.wav)" in message
    assert "dataset.download=true" in message
    assert "--set dataset.root=FOLDER" in message
    assert "huggingface.co/datasets/marsyas/gtzan" in message


def test_a_folder_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no folder(.|\n)*dataset\.download=true fetches GTZAN"):
        Gtzan(root=tmp_path / "gtzan").clips()


def test_the_whole_set_splits_by_artist_and_by_the_fault_filtered_lists(tmp_path: Path) -> None:
    clips = Gtzan(root=whole(tmp_path)).clips()
    by_artist = RandomSplit(validation=0.15, test=0.1).split(clips, 42)
    assert by_artist.counts() == {"train": 750, "validation": 150, "test": 100}
    known = by_artist.table.drop_nulls("group")
    assert known.group_by("group").n_unique().get_column("part").max() == 1
    assert Predefined().split(clips, 0).counts() == {"train": 443, "validation": 197, "test": 290}
    folds = GroupedKFold(folds=5).split(clips, 42)
    assert folds.counts()["validation"] == pytest.approx(200, abs=15)


@pytest.mark.realdata
def test_the_facts_are_those_of_the_list() -> None:
    with real_data("gtzan_tracks.csv").open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            track = tracks()[row["track"]]
            assert track.genre == row["genre"]
            assert (track.artist or "") == row["artist_group"]
            assert (track.part or "") == row["fault_filtered_part"].replace("valid", "validation")


@pytest.mark.realdata
def test_a_hundred_real_tracks() -> None:
    clips = Gtzan(root=real_data("gtzan_mini")).clips()
    assert Counter(clips.single_labels()) == dict.fromkeys(GENRES, 10)
    assert clips.notes == ("900 of GTZAN's 1000 tracks are not there, such as blues.00010",)
    with pytest.raises(DataError) as caught:
        RandomSplit().split(clips, 0)
    assert "blues (1 group, 10 clips), classical (1 group, 10 clips), reggae (1 group, 10 clips) and rock" in str(
        caught.value
    )
    split = RandomSplit(groups="ignore").split(clips, 0)
    assert split.counts() == {"train": 85, "validation": 15, "test": 0}
    assert split.notes[-1].endswith("one group each: blues, classical, reggae and rock")
