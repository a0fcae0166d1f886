"""The feature store: what was computed from audio once is not computed again.

An item is one safetensors file named by its key. The key is a hash of the audio's content, the stretch of it, the
component's identity (its options, mostly) and its code, so that nothing stale is ever found and runs share what they
have in common.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from genrekit import atomic
from genrekit.component import Component
from genrekit.errors import GenrekitError, shown
from genrekit.index_file import ask

if TYPE_CHECKING:
    import numpy as np

FORMAT = 1
_TENSOR = "windows"
MOST_NOTES = 100


def default_root() -> Path:
    """``$GENREKIT_STORE``, else a folder of the platform's user cache."""
    import platformdirs

    return Path(os.environ.get("GENREKIT_STORE") or platformdirs.user_cache_path("genrekit") / "store")


@dataclass(frozen=True)
class Store:
    """Items under ``root``. Any number of threads and processes may read and write at once."""

    root: Path

    def path(self, key: str) -> Path:
        """Where the item of that key is, or would be."""
        # In a few folders: making one takes as long as writing an item.
        return self.root.joinpath("items", key[:1], f"{key}.safetensors")

    def put(self, key: str, windows: np.ndarray, about: dict[str, Any]) -> None:
        """Store ``windows`` [windows, ...] and what is to be known of them."""
        self.publish(key, self.write(key, windows, about))

    def write(self, key: str, windows: np.ndarray, about: dict[str, Any]) -> Path:
        """The first half of `put`: a temporary file, which may not be on the disk yet and which nobody finds."""
        import numpy as np
        import safetensors.numpy

        # safetensors 0.8 writes an array's memory as it lies, whatever its strides say.
        windows = np.ascontiguousarray(windows)
        about = about | {"blake3": _bytes_hash(windows)}
        content = safetensors.numpy.save({_TENSOR: windows}, metadata={"about": json.dumps(about)})
        return atomic.beside(self.path(key), content)

    def publish(self, key: str, written: Path) -> None:
        """The second half: wait until it is on the disk, then give it the item's name."""
        atomic.settle(written, self.path(key))

    def about(self, key: str) -> dict[str, Any] | None:
        """What was stored with the item, and its ``windows`` count; None if there is no (readable) item."""
        import safetensors

        path = self.path(key)
        try:
            # The usual reason for none, which safetensors takes long to tell.
            if not path.exists():
                return None
            with safetensors.safe_open(path, framework="np") as item:
                about = json.loads(item.metadata()["about"])
                shape = item.get_slice(_TENSOR).get_shape()
        except (OSError, safetensors.SafetensorError, ValueError, KeyError, TypeError, RecursionError):
            return None
        # Somebody else may have written it.
        fits = isinstance(about, dict) and _are_notes(about.get("notes", [])) and len(shape) > 1 and shape[0] > 0
        return about | {"windows": shape[0]} if fits else None

    def sound(self, key: str) -> bool:
        """Whether an item can be read whole, is what was written, and holds finite numbers."""
        import numpy as np
        import safetensors

        about = self.about(key)
        if about is None:
            return False
        try:
            with safetensors.safe_open(self.path(key), framework="np") as item:
                windows = item.get_tensor(_TENSOR)
        except (OSError, safetensors.SafetensorError, ValueError, TypeError):
            return False
        # Items of older versions have no checksum.
        return about.get("blake3") in (None, _bytes_hash(windows)) and bool(np.isfinite(windows).all())

    def touch(self, key: str) -> None:
        """Note that an item is used; many file systems do not note that it is read."""
        with contextlib.suppress(OSError):
            os.utime(self.path(key))

    def window(self, key: str, index: int) -> np.ndarray:
        """One window of an item; only its bytes are read. `GenrekitError` where it has gone or is damaged."""
        import safetensors

        try:
            with safetensors.safe_open(self.path(key), framework="np") as item:
                window: np.ndarray = item.get_slice(_TENSOR)[index]
        except (OSError, safetensors.SafetensorError, ValueError, TypeError, IndexError) as error:
            raise GenrekitError(
                f"cannot read {shown(str(self.path(key)))}: {error}",
                why="this item of the feature store was there when the run began",
                hint=f"genrekit store verify --remove --store {self.root}, then start the same again",
            ) from None
        return window


def _bytes_hash(windows: np.ndarray) -> str:
    """32 hexadecimal digits that tell one array's bytes from another's."""
    import numpy as np
    from blake3 import blake3

    return str(blake3(np.ascontiguousarray(windows).reshape(-1).view(np.uint8).data).hexdigest(length=16))


def _are_notes(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST_NOTES and all(isinstance(note, str) for note in value)


def item_key(
    content: str, start_s: float, duration_s: float | None, stage: str, identity: Mapping[str, Any], code: str = ""
) -> str:
    """The key of what a component of that ``identity``, and with code of that version, makes of audio.

    ``content`` is the hash of the audio file's bytes.
    """
    parts = [FORMAT, content, start_s, duration_s, stage, identity, code]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:40]


def code_version(component: Component, objects: Iterable[object] = ()) -> str:
    """What changes when code does: the declared version, and the source files of the component's and objects' classes.

    ``objects`` are what the component builds, such as a torch module and its parts. Classes of installed libraries
    count by their file too, so another torchaudio is another version; and so do files of the same package whose
    functions and classes such a file has by name.
    """
    classes = {base for thing in (component, *objects) for base in type(thing).__mro__}
    files = sorted({file for cls in classes for file in _source_files(cls)})
    hashes = [content_hash(file) for file in files]
    name = f"{type(component).__module__}.{type(component).__qualname__}"
    return hashlib.sha256(json.dumps([name, type(component).version, hashes]).encode()).hexdigest()[:16]


def _source_files(cls: type) -> Iterator[str]:
    """The file a class is written in, and those of its package from which that file has functions and classes."""
    file = _source_file(cls)
    if file is None:
        return
    yield file
    package = cls.__module__.partition(".")[0]
    for value in list(vars(sys.modules.get(cls.__module__, cls)).values()):
        named = getattr(value, "__module__", None) if inspect.isfunction(value) or inspect.isclass(value) else None
        if isinstance(named, str) and named.partition(".")[0] == package:
            found = getattr(sys.modules.get(named), "__file__", None)
            if found:
                yield found


def _source_file(cls: type) -> str | None:
    """The file a class is written in; None for what is compiled or part of the core or of large frameworks."""
    if cls.__module__.partition(".")[0] in {"builtins", "genrekit", "pydantic", "torch", "typing"}:
        return None
    try:
        return inspect.getfile(cls)
    except (OSError, TypeError):
        return None


def content_hash(path: str | Path) -> str:
    """BLAKE3 of a file's bytes, 64 hexadecimal digits."""
    # A third of SHA-256's time on a processor that has instructions for SHA-256, and less on others.
    from blake3 import blake3

    with open(path, "rb") as file:
        return hashlib.file_digest(file, cast(Any, blake3)).hexdigest()


Stat = tuple[str, int, int]


def stat_of(path: str) -> Stat:
    """(absolute path, bytes, modification time in ns): when none of them changed, the content did not either."""
    status = os.stat(path)
    return os.path.abspath(path), status.st_size, status.st_mtime_ns


@dataclass(frozen=True)
class HashIndex:
    """Remembers the content hash of files by their `Stat`, so that unchanged files are not read again."""

    root: Path

    def known(self, stats: Iterable[Stat]) -> dict[Stat, str]:
        """The hashes that are remembered."""
        query = "SELECT hash FROM blake3 WHERE path = ? AND size = ? AND mtime_ns = ?"

        def look(database: sqlite3.Connection) -> dict[Stat, str]:
            found = ((stat, database.execute(query, stat).fetchone()) for stat in stats)
            return {stat: row[0] for stat, row in found if row}

        # Making a database takes several syncs; that there can be none is found out before any work.
        atomic.make_folder(self.root)
        if not self._path.exists():
            return {}
        return ask(self._path, _TABLES, look)

    def remember(self, hashes: dict[Stat, str]) -> None:
        """Add or replace hashes. With nothing new among them, nothing is written: the store may be read-only."""
        known = self.known(hashes)
        rows = [(*stat, digest) for stat, digest in hashes.items() if known.get(stat) != digest]
        if rows:
            ask(
                self._path,
                _TABLES,
                lambda database: database.executemany("INSERT OR REPLACE INTO blake3 VALUES (?, ?, ?, ?)", rows),
            )

    @property
    def _path(self) -> Path:
        return self.root / "hashes.sqlite"


_TABLES = ["CREATE TABLE IF NOT EXISTS blake3 (path TEXT PRIMARY KEY, size, mtime_ns, hash)"]
