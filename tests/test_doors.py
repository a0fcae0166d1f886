"""No product code writes files but through the doors of `genrekit.atomic`. Found by reading the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import genrekit

ROOT = Path(genrekit.__file__).parent.parent

WRITERS = frozenset(
    {
        *("write_text", "write_bytes", "truncate", "tofile", "savefig", "save_file", "save_model", "touch", "chmod"),
        *("write_parquet", "sink_parquet", "write_ipc", "connect", "fdopen", "mkdtemp", "mkstemp"),
        *("mkdir", "makedirs", "unlink", "rmdir", "remove", "rename", "renames", "symlink_to", "hardlink_to"),
        *("rmtree", "copyfile", "copytree", "copy2", "NamedTemporaryFile", "TemporaryFile", "TemporaryDirectory"),
    }
)
"""Methods and functions that change what is on the disk."""

OF_OS = frozenset({"open", "replace", "link", "symlink", "write", "utime"})

ALLOWED: dict[str, set[str]] = {
    # The doors themselves.
    "genrekit/atomic.py": {"*"},
    # The contract suite, which writes into folders that it throws away.
    "genrekit/testing/": {"*"},
    # SQLite has a journal of its own.
    "genrekit/index_file.py": {"connect", "unlink"},
    # Empty folders, and marks of use.
    "genrekit/run_folder.py": {"mkdir"},
    "genrekit/store.py": {"utime"},
    "genrekit/clip_preparation.py": {"touch"},
    # A file that says who is at work; what is in it decides nothing.
    "genrekit/run_lock.py": {"open", "write", "unlink"},
    # What a process says, as it says it; nothing is decided by it.
    "genrekit/series/side_by_side.py": {"open"},
    # No files: the terminal, and what stands for it.
    "genrekit/chatter.py": {"write"},
    "genrekit/cli/__init__.py": {"open"},
    # What is removed is made anew when it is needed.
    "genrekit/store_care.py": {"unlink"},
    "genrekit/cli/store.py": {"unlink"},
    # Libraries' own writers, into the temporary files and folders of a door.
    "genrekit/checkpoint.py": {"save_file"},
    "genrekit/export.py": {"save_model", "unlink"},
    "genrekit/cli/prediction_output.py": {"open", "write_parquet"},
    "genrekit/cli/prediction_parquet.py": {"sink_parquet"},
    # Into memory.
    "genrekit_builtins/_pictures.py": {"savefig"},
    # Examples for the contract suite, into folders that it throws away.
    "genrekit_builtins/gtzan.py": {"rename"},
    "genrekit_builtins/table.py": {"write_text"},
    # Trials: whether a folder can be written to, whether a format can be decoded.
    "genrekit/doctor/": {"TemporaryFile", "TemporaryDirectory", "write_bytes"},
    # The journal is appended to, and read to the last whole line.
    "genrekit/bulk/": {"*"},
    # A download goes on where it stopped, and is checked as a whole; an unpacked folder gets its name at the end.
    "genrekit_builtins/resuming_download.py": {"open", "write_text", "unlink", "replace"},
    "genrekit_builtins/gtzan_download.py": {"mkdir", "unlink", "rmdir", "open", "rmtree", "rename"},
}
"""What may write by itself, and why."""


def product_files() -> Iterator[tuple[str, Path]]:
    for package in (ROOT / "genrekit", ROOT / "plugins" / "genrekit_builtins"):
        for path in package.rglob("*.py"):
            yield path.relative_to(package.parent).as_posix(), path


def writes(code: ast.AST) -> Iterator[str]:
    """The calls that write."""
    for node in ast.walk(code):
        if isinstance(node, ast.Call):
            called, owner = _called(node.func)
            if owner == "atomic" or (called == "write_text" and len(node.args) == 2):
                # The doors, and a run folder's methods, which go through them: a path's have one argument.
                continue
            opened = called == "open" and bool(_mode(node, attribute=bool(owner)) & set("wax+"))
            # A string's has two arguments.
            renamed = called == "replace" and len(node.args) == 1 and not node.keywords
            if called in WRITERS or (owner == "os" and called in OF_OS) or opened or renamed:
                yield called


def _called(function: ast.expr) -> tuple[str, str]:
    if isinstance(function, ast.Attribute):
        return function.attr, function.value.id if isinstance(function.value, ast.Name) else "?"
    return (function.id if isinstance(function, ast.Name) else ""), ""


def _mode(call: ast.Call, attribute: bool) -> set[str]:
    place = 0 if attribute else 1
    given = [word.value for word in call.keywords if word.arg == "mode"] + call.args[place : place + 1]
    return set(str(given[0].value)) if given and isinstance(given[0], ast.Constant) else set()


def test_the_search_finds_writers() -> None:
    code = """
path.write_text("x"); open(path, "w"); path.open("ab"); open(path, mode="r+"); os.replace(a, b); path.replace(b)
open(path); path.open("rb"); "a".replace("b", "c"); dataclasses.replace(x, y=1); figure.savefig(path); shutil.rmtree(p)
"""
    assert list(writes(ast.parse(code))).count("open") == 3
    assert sorted(set(writes(ast.parse(code)))) == ["open", "replace", "rmtree", "savefig", "write_text"]


def test_files_are_written_through_the_doors() -> None:
    found: dict[str, set[str]] = {}
    for name, path in product_files():
        allowed = {call for place, calls in ALLOWED.items() if name.startswith(place) for call in calls}
        calls = set(writes(ast.parse(path.read_text(encoding="utf-8"))))
        if calls - allowed and "*" not in allowed:
            found[name] = calls - allowed
    assert found == {}, "use genrekit.atomic, or say in ALLOWED why not"


def test_what_is_allowed_is_needed() -> None:
    """A list that nobody shortens hides what comes later."""
    present = {name for name, _ in product_files()}
    assert [place for place in ALLOWED if not any(name.startswith(place) for name in present)] == []
