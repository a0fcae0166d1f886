"""The folder that a data set is read from."""

from __future__ import annotations

import os
from pathlib import Path

from genrekit import DataError, audio_files

SHOWN = 8


def check_root(root: Path, hint: str = "--set dataset.root=… points to the folder with the audio") -> None:
    """`DataError` unless ``root`` is a folder; a parent that is there shows what it holds instead."""
    if root.is_dir():
        return
    what = f"{root} is a file, not a folder" if root.exists() else f"there is no folder {root}"
    there = next(parent for parent in root.parents if parent.is_dir())
    raise DataError(what, why=f"{there} holds {contents(there)}", hint=hint)


def contents(folder: Path) -> str:
    """The first visible names in ``folder``, folders with a slash: ``"blues/, jazz/ and 8 more"``."""
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    names = [f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries]
    if len(names) > SHOWN:
        return f"{', '.join(names[:SHOWN])} and {len(names) - SHOWN} more"
    return ", ".join(names) or "nothing"


def audio_places(root: Path) -> list[tuple[str, list[str]]]:
    """(path, names of the folders below ``root`` and of the file) of each audio file, sorted by path."""
    start = len(os.path.join(root, ""))  # noqa: PTH118
    paths = map(str, audio_files(root))
    return [(path, path[start:].split(os.sep)) for path in paths]  # noqa: PTH206
