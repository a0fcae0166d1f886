"""Whole files or none: written beside, synced, renamed. The only doors through which files are written.

What the disk refuses is a `WriteError`, which says what it was and what to do about it.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import json
import math
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from genrekit.errors import GenrekitError, WriteError

_LEFTOVER = re.compile(r"\..+\.[0-9a-f]{12}|\.tmp\w{6}")
"""Names of our own and of safetensors' for files that are not complete."""

_FOLDERS_CANNOT_BE_SYNCED = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM}


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place when the block ends without an error."""
    with refusals(path):
        temporary = beside(path)
        try:
            yield temporary
            # A library may have put a private file of its own in its place.
            _permit(temporary)
            settle(temporary, path)
            _sync_folder(path.parent)
        finally:
            discard(temporary)


def beside(path: Path, content: bytes = b"") -> Path:
    """A new hidden file in the folder of ``path``, which is made where it is missing."""
    temporary = _hidden(path)
    with refusals(path):
        try:
            _create(temporary, content)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            _create(temporary, content)
    return temporary


def _hidden(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}")


def _create(path: Path, content: bytes) -> None:
    try:
        # What does not fit may only be told when the file is closed.
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise
    except BaseException:
        discard(path)
        raise


def settle(temporary: Path, path: Path) -> None:
    """Put the file in the place of ``path`` once its content is on the disk; where that fails, remove it."""
    with refusals(path):
        try:
            _sync(temporary)
            temporary.replace(path)
        except BaseException:
            discard(temporary)
            raise


@contextlib.contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """The same for a folder; an older folder at ``path`` is there until the new one is complete."""
    with refusals(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _hidden(path)
        temporary.mkdir(mode=0o700)
        try:
            yield temporary
            for file in temporary.rglob("*"):
                if file.is_file():
                    _sync(file)
            _sync_folder(temporary)
            _permit(temporary)
            _exchange(temporary, path)
            _sync_folder(path.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _exchange(temporary: Path, path: Path) -> None:
    """Rename the new folder to ``path``; the older one steps aside for it, and back again where that fails."""
    if not path.exists():
        temporary.replace(path)
        return
    older = _hidden(path)
    path.replace(older)
    try:
        temporary.replace(path)
    except BaseException:
        older.replace(path)
        raise
    shutil.rmtree(older, ignore_errors=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes."""
    with refusals(path):
        settle(beside(path, content), path)
        _sync_folder(path.parent)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write JSON that people can read; a number that is not finite becomes null."""
    write_text(path, json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where they are missing."""
    with refusals(path):
        path.mkdir(parents=True, exist_ok=True)


def link(path: Path, target: str) -> None:
    """Let ``path`` lead to ``target``, which is relative to its folder: a link, or a text file where there are none."""
    temporary = _hidden(path)
    with refusals(path):
        try:
            temporary.symlink_to(target, target_is_directory=True)
        except (OSError, NotImplementedError):
            write_text(path, target)
            return
        try:
            temporary.replace(path)
        finally:
            discard(temporary)


def sweep(folder: Path) -> None:
    """Remove what writers that died have left in ``folder``. No other may be at work there."""
    for path in list(folder.rglob(".*")):
        if not _LEFTOVER.fullmatch(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            discard(path)


def finite(value: Any) -> Any:
    """``value`` with NaN and infinity, which JSON does not have, replaced by None."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


@contextlib.contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Turns what the system refuses while ``path`` is written into a `WriteError`."""
    try:
        yield
    except GenrekitError:
        raise
    except OSError as error:
        if not _of_its_folder(error, path):
            raise
        raise WriteError(path, error.errno or 0, error.strerror or str(error)) from None
    except Exception as error:  # Libraries in Rust have errors of their own.
        told = re.search(r"\(os error (\d+)\)", str(error))
        if not told:
            raise
        raise WriteError(path, int(told[1]), os.strerror(int(told[1]))) from None


def _of_its_folder(error: OSError, path: Path) -> bool:
    """False for the error of a file that was only read meanwhile."""
    if not isinstance(error.filename, str | os.PathLike):
        return True
    named, parent = Path(os.path.abspath(error.filename)), Path(os.path.abspath(path.parent))
    return parent == named or parent in named.parents or named in parent.parents


def discard(temporary: Path) -> None:
    """Remove a temporary file; on a disk that is gone or read-only there is nothing to tidy up."""
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Until then a new name may be forgotten when the power fails. Not every system can do this."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _FOLDERS_CANNOT_BE_SYNCED:
            raise
    finally:
        os.close(descriptor)


def _permit(path: Path) -> None:
    """What was made in private should be as readable as any new file."""
    path.chmod((0o777 if path.is_dir() else 0o666) & ~_umask())


@functools.cache
def _umask() -> int:
    """Reading the mask means setting it, which other threads would notice: so it is done once."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
