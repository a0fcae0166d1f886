"""A run folder is one process's at a time, for as long as that process lives."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from toy_runs import ToyRuns

from genrekit import errors, run_lock, running
from genrekit.run_lock import LOCK, alone_in

HOLDS = """
import os, sys
from pathlib import Path
from genrekit.run_lock import alone_in
with alone_in(Path(sys.argv[1])):
    if sys.argv[2:] and os.fork() == 0:
        print("held by", os.getppid(), os.getpid(), flush=True)
        sys.stdin.read()
        os._exit(0)
    if not sys.argv[2:]:
        print("held", flush=True)
    sys.stdin.read()
"""


class Holder:
    """Another process that holds a folder."""

    def __init__(self, folder: Path, *more: str) -> None:
        command = [sys.executable, "-c", HOLDS, str(folder), *more]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        assert self.process.stdout
        self.said = self.process.stdout.readline()
        assert self.said.startswith("held")

    def kill(self) -> None:
        """As ``kill -9`` does."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Holder]:
    held = Holder(tmp_path)
    yield held
    held.kill()
    held.process.communicate()


def test_second_process_is_told_who_is_there(holder: Holder, tmp_path: Path) -> None:
    with pytest.raises(errors.GenrekitError, match="somebody works in the run folder") as caught, alone_in(tmp_path):
        pytest.fail("two at once")
    assert f"it is held by process {holder.process.pid} on " in str(caught.value)


def test_lock_dies_with_its_holder(holder: Holder, tmp_path: Path) -> None:
    holder.kill()
    assert (tmp_path / LOCK).exists()
    with alone_in(tmp_path):
        pass
    assert not (tmp_path / LOCK).exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_worker_that_outlives_the_holder_holds_nothing(tmp_path: Path) -> None:
    held = Holder(tmp_path, "fork")
    held.process.kill()
    held.process.wait()
    # The forked worker is still there, since it waits for its input to end.
    os.kill(int(held.said.split()[-1]), 0)
    with alone_in(tmp_path):
        pass
    held.process.communicate()


def test_one_process_does_not_hold_a_folder_twice(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "link").symlink_to(tmp_path)
    with alone_in(tmp_path), alone_in(tmp_path / "inside"):
        for same in (tmp_path, tmp_path / "link"):
            with pytest.raises(errors.GenrekitError, match="another run of this same process"), alone_in(same):
                pytest.fail("two at once")
    with alone_in(tmp_path):
        pass


def test_file_of_a_lock_that_was_given_back_meanwhile_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between opening the file and locking it, the one who had it is done and removes it."""
    original, opened = run_lock._lock, 0

    def late(descriptor: int) -> None:
        nonlocal opened
        opened += 1
        if opened == 1:
            (tmp_path / LOCK).unlink()
        original(descriptor)

    monkeypatch.setattr(run_lock, "_lock", late)
    with alone_in(tmp_path):
        assert (tmp_path / LOCK).read_text().startswith('{"pid": ')
    assert opened == 2


def test_where_there_are_no_locks_people_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(run_lock, "_lock", unsupported)
    told: list[str] = []
    with alone_in(tmp_path, told.append):
        pass
    assert told == [f"the file system of {tmp_path} has no locks: nothing keeps a second process out"]


@pytest.mark.parametrize("content", ["", "{", '{"pid": 1}', "[]", "\udcff"])
def test_unreadable_signature_does_not_hide_the_lock(holder: Holder, tmp_path: Path, content: str) -> None:
    (tmp_path / LOCK).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(errors.GenrekitError, match="it is held by another process"), alone_in(tmp_path):
        pytest.fail("two at once")


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("options", [{}, {"seeds": 2}], ids=["run", "series"])
def test_folder_at_work_is_not_resumed(toy: ToyRuns, options: dict[str, Any]) -> None:
    folder = toy.run("train.epochs=1", "model.exports=false", **options).folder
    (folder / "status.json").write_text('{"status": "running"}')
    held = Holder(folder)
    before = contents(folder)
    with pytest.raises(errors.GenrekitError, match="somebody works in the run folder"):
        running.resume_run(folder, store=toy.root / "store")
    assert contents(folder) == before
    held.kill()
    held.process.communicate()
    running.resume_run(folder, store=toy.root / "store")


def test_one_run_of_a_series_at_work_is_not_resumed_with_the_series(toy: ToyRuns) -> None:
    folder = toy.run("train.epochs=1", "model.exports=false", seeds=2).folder
    member = folder / "seed-4"
    (member / "status.json").write_text('{"status": "running"}')
    with alone_in(member), pytest.raises(errors.GenrekitError, match=r"run folder .*seed-4"):
        running.resume_run(folder, store=toy.root / "store")
