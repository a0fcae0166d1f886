from __future__ import annotations

import os
from pathlib import Path

import pytest
from audio_trees import touch

from genrekit import Clips, DataError
from genrekit_builtins.folder import Folder


def found(clips: Clips, root: Path) -> list[tuple[str, str, str | None]]:
    """(path below root, label, part) of each clip."""
    paths = [Path(path).relative_to(root).as_posix() for path in clips.column("path")]
    return list(zip(paths, clips.single_labels(), clips.column("part"), strict=True))


def test_the_first_folder_is_the_label_and_audio_may_lie_deeper(tmp_path: Path) -> None:
    names = ["jazz/b.WAV", "jazz/live/1959/a.flac", "rock/c.mp3", "rock/notes.txt"]
    clips = Folder(root=touch(tmp_path, names)).clips()
    assert found(clips, tmp_path) == [
        ("jazz/b.WAV", "jazz", None),
        ("jazz/live/1959/a.flac", "jazz", None),
        ("rock/c.mp3", "rock", None),
    ]
    assert clips.notes == ()
    assert all(Path(path).is_absolute() for path in clips.column("path"))


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    names = ["jazz/a.wav", "jazz/._a.wav", "jazz/.trash/b.wav", "rock/c.wav", ".git/d.wav"]
    clips = Folder(root=touch(tmp_path, names)).clips()
    assert [path for path, *_ in found(clips, tmp_path)] == ["jazz/a.wav", "rock/c.wav"]


def test_names_may_hold_spaces_emoji_and_dots(tmp_path: Path) -> None:
    clips = Folder(root=touch(tmp_path, ["hip hop/🎵 a.b.wav", "drum'n'bass/x.ogg"])).clips()
    assert found(clips, tmp_path) == [
        ("drum'n'bass/x.ogg", "drum'n'bass", None),
        ("hip hop/🎵 a.b.wav", "hip hop", None),
    ]


def test_audio_outside_class_folders_is_counted(tmp_path: Path) -> None:
    clips = Folder(root=touch(tmp_path, ["stray.wav", "jazz/a.wav", "rock/b.wav"])).clips()
    assert len(clips) == 2
    assert clips.notes == (
        f"1 of 3 audio files lie in no class folder and are left out, such as {tmp_path / 'stray.wav'}",
    )


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_linked_class_folders_are_followed_and_circles_end(tmp_path: Path) -> None:
    root = touch(tmp_path / "root", ["jazz/a.wav"])
    (root / "rock").symlink_to(touch(tmp_path / "elsewhere", ["b.wav", "more/c.wav"]))
    (root / "jazz" / "round").symlink_to(root)
    (tmp_path / "elsewhere" / "back").symlink_to(root / "jazz")
    paths = [path for path, *_ in found(Folder(root=root).clips(), root)]
    assert paths == ["jazz/a.wav", "rock/b.wav", "rock/back/a.wav", "rock/more/c.wav"]


@pytest.mark.parametrize("parts", [None, True])
def test_part_folders_hold_class_folders(tmp_path: Path, parts: bool | None) -> None:
    names = ["train/jazz/a.wav", "train/rock/live/b.wav", "Valid/jazz/c.wav", "test/rock/d.wav"]
    clips = Folder(root=touch(tmp_path, names), parts=parts).clips()
    assert found(clips, tmp_path) == [
        ("Valid/jazz/c.wav", "jazz", "Valid"),
        ("test/rock/d.wav", "rock", "test"),
        ("train/jazz/a.wav", "jazz", "train"),
        ("train/rock/live/b.wav", "rock", "train"),
    ]


def test_classes_may_be_named_like_parts_where_that_is_said(tmp_path: Path) -> None:
    clips = Folder(root=touch(tmp_path, ["train/a.wav", "test/b.wav"]), parts=False).clips()
    assert found(clips, tmp_path) == [("test/b.wav", "test", None), ("train/a.wav", "train", None)]


def test_a_class_folder_beside_part_folders_is_refused(tmp_path: Path) -> None:
    root = touch(tmp_path, ["train/jazz/a.wav", "rock/b.wav"])
    with pytest.raises(DataError, match="holds a folder 'rock'"):
        Folder(root=root, parts=True).clips()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "holds no audio\n  why: it holds nothing"),
        (["jazz/readme.txt", "x.txt"], "holds no audio\n  why: it holds jazz/, x.txt"),
        (["a.wav"], "has no class folders"),
        (["jazz/a.wav", "jazz/b.wav"], "has one class only, 'jazz'"),
        (["train/a.wav", "test/b.wav"], "has no class folders"),
        (["train/jazz/a.wav", "test/jazz/b.wav"], "has one class only, 'jazz'"),
    ],
)
def test_roots_without_two_classes_are_refused_with_what_was_found(
    tmp_path: Path, names: list[str], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        Folder(root=touch(tmp_path, names)).clips()


def test_a_root_that_is_not_there_is_refused_with_what_is(tmp_path: Path) -> None:
    touch(tmp_path, ["data/jazz/a.wav"])
    with pytest.raises(DataError, match=r"there is no folder .*dta\n  why: .* holds data/"):
        Folder(root=tmp_path / "dta").clips()


def test_a_root_that_is_a_file_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, ["a.wav"])
    with pytest.raises(DataError, match=r"a\.wav is a file, not a folder"):
        Folder(root=tmp_path / "a.wav").clips()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions that hold")
def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    root = touch(tmp_path, ["jazz/a.wav", "rock/b.wav"])
    (root / "rock").chmod(0)
    try:
        with pytest.raises(DataError, match=r"cannot list .*rock"):
            Folder(root=root).clips()
    finally:
        (root / "rock").chmod(0o700)
