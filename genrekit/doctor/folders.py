"""Folders that a run writes to: tried by writing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from genrekit.doctor.finding import Finding, fine, mind, wrong

LITTLE_SPACE_BYTES = 2 * 2**30
"""Features of a thousand clips of 30 s take about half of this."""

ELSEWHERE = {"store": "--store or $GENREKIT_STORE", "runs": "genrekit run --runs", "temporary": "$TMPDIR"}


def folder(topic: str, path: Path) -> Iterator[Finding]:
    """Whether ``path``, or where it would be made, can be written to, and what is free there."""
    there, name = _nearest(path), _without_home(path)
    mend = f"another place: {ELSEWHERE[topic]}"
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"\0" * 4096)
    except OSError as error:
        yield wrong(topic, f"{name} cannot be written to: {(error.strerror or str(error)).lower()}", mend)
        return
    free = shutil.disk_usage(there).free
    what = f"{name}{'' if path == there else ' (not there yet)'}, {free / 2**30:.1f} GiB free"
    yield mind(topic, what, mend) if free < LITTLE_SPACE_BYTES else fine(topic, what)


def _nearest(path: Path) -> Path:
    """``path`` or the closest folder above it that exists."""
    return next(there for there in (path, *path.absolute().parents) if there.exists())


def _without_home(path: Path) -> str:
    """The user's name is nobody's business in a bug report."""
    home = Path.home()
    return str(Path("~") / path.relative_to(home)) if path.is_relative_to(home) else str(path)
