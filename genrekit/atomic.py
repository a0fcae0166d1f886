"""Whole files or none: written beside, synced, renamed."""

from __future__ import annotations

import contextlib
import functools
import json
import math
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place when the block ends without an error."""
    temporary = beside(path)
    try:
        yield temporary
        # A library may have put a private file of its own in its place.
        _permit(temporary)
        settle(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def beside(path: Path, content: bytes = b"") -> Path:
    """A new hidden file in the folder of ``path``, which is made where it is missing."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        _create(temporary, content)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(temporary, content)
    return temporary


def _create(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        try:
            file.write(content)
        except BaseException:
            path.unlink()
            raise


def settle(temporary: Path, path: Path) -> None:
    """Put the file in the place of ``path`` once its content is on the disk; where that fails, remove it."""
    try:
        _sync(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """The same for a folder; an older folder at ``path`` is removed once the new one is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield temporary
        for file in temporary.rglob("*"):
            if file.is_file():
                _sync(file)
        _permit(temporary)
        if path.exists():
            shutil.rmtree(path)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write JSON that people can read; a number that is not finite becomes null."""
    write_text(path, json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def finite(value: Any) -> Any:
    """``value`` with NaN and infinity, which JSON does not have, replaced by None."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _permit(path: Path) -> None:
    """tempfile makes everything private; what it turns into should be as readable as any new file."""
    path.chmod((0o777 if path.is_dir() else 0o666) & ~_umask())


@functools.cache
def _umask() -> int:
    """Reading the mask means setting it, which other threads would notice: so it is done once."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
