"""Whole files or none, and what the disk refuses is told."""

from __future__ import annotations

import errno
import os
import pickle
import stat
from pathlib import Path
from typing import Any

import pytest

from genrekit import atomic
from genrekit.errors import WriteError, harmless, shown


def refusing(number: int) -> Any:
    """A function that the system answers with that error."""

    def refuse(*arguments: Any, **_: Any) -> Any:
        raise OSError(number, os.strerror(number), *[str(a) for a in arguments[:1] if isinstance(a, Path)])

    return refuse


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


@pytest.mark.parametrize(
    ("number", "told", "hint"),
    [
        (errno.ENOSPC, "no space left on device", "make room on that disk"),
        (errno.EDQUOT, "disk quota exceeded", "make room on that disk"),
        (errno.EROFS, "read-only file system", "another folder"),
        (errno.EACCES, "permission denied", "another folder"),
        (errno.EIO, "input/output error", "network share"),
        (errno.ESTALE, "stale file handle", "network share"),
    ],
)
def test_refusals_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str, hint: str
) -> None:
    (tmp_path / "a.txt").write_text("old")
    monkeypatch.setattr(os, "fsync", refusing(number))
    with pytest.raises(WriteError) as caught:
        atomic.write_text(tmp_path / "a.txt", "new")
    assert told in str(caught.value)
    assert hint in str(caught.value)
    assert caught.value.errno == number
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert files(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk here is always full")
def test_a_file_that_does_not_fit_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes through a buffer is refused when the file is closed."""
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda self, mode="r", **options: real(Path("/dev/full"), "wb"))
    with pytest.raises(WriteError, match="no space left on device"):
        atomic.write_text(tmp_path / "a", "x")
    assert files(tmp_path) == []


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="file name too long"):
        atomic.write_text(tmp_path / ("x" * 300), "long name")


def test_errors_of_other_files_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic.replacing(tmp_path / "a"):
        Path("/nowhere/at/all").read_text()
    with pytest.raises(ZeroDivisionError), atomic.replacing(tmp_path / "a"):
        raise ZeroDivisionError
    assert files(tmp_path) == []


def test_libraries_in_rust_are_understood(tmp_path: Path) -> None:
    with (
        pytest.raises(WriteError, match="no space left on device"),
        atomic.replacing(tmp_path / "a"),
    ):
        raise RuntimeError("I/O error: No space left on device (os error 28)")
    assert files(tmp_path) == []


def test_a_new_folder_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    for content in ("old", "new"):
        with atomic.replacing_folder(tmp_path / "b") as folder:
            (folder / "x").write_text(content)
    assert files(tmp_path) == ["b", "x"]
    assert (tmp_path / "b" / "x").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o777 & ~atomic._umask()


@pytest.mark.parametrize("fails_at", [1, 2])
def test_an_older_folder_stays_where_the_new_one_cannot_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    with atomic.replacing_folder(tmp_path / "b") as folder:
        (folder / "x").write_text("old")
    real, calls = Path.replace, 0

    def replace(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(self))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(WriteError), atomic.replacing_folder(tmp_path / "b") as folder:
        (folder / "x").write_text("new")
    assert files(tmp_path) == ["b", "x"]
    assert (tmp_path / "b" / "x").read_text() == "old"


def test_links_and_where_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run").mkdir()
    atomic.link(tmp_path / "latest", "run")
    assert (tmp_path / "latest").resolve() == (tmp_path / "run").resolve()
    monkeypatch.setattr(Path, "symlink_to", refusing(errno.EPERM))
    atomic.link(tmp_path / "latest", "run")
    assert (tmp_path / "latest").read_text() == "run"
    assert files(tmp_path) == ["latest", "run"]


def test_sweeping_takes_what_dead_writers_left_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".bundle.0123456789ab").mkdir()
    for name in (".bundle.0123456789ab/x", ".a.txt.ba9876543210", ".tmp0sbZcH", ".gitignore", "a.txt", ".DS_Store"):
        (tmp_path / name).touch()
    atomic.sweep(tmp_path)
    assert files(tmp_path) == [".DS_Store", ".gitignore", "a.txt"]


def test_names_cannot_steer_a_terminal() -> None:
    assert shown("a\x1b[2J\n\u202eb\udcff.wav") == r"a\x1b[2J\n\u202eb\udcff.wav"
    assert shown("日本　語 é 👩‍🎤.wav") == "日本　語 é 👩‍🎤.wav"
    assert harmless("one\n\ttwo\x9b3m\r") == "one\n\ttwo\\x9b3m\\r"
