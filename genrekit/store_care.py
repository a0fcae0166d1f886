"""Looking after the store: what is in it, whether it is sound, what can go."""

from __future__ import annotations

import re
import time
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from genrekit.store import Store

_ITEM = re.compile(r"[0-9a-f]{40}\.safetensors")
ABANDONED_S = 3600.0
"""A temporary file that nobody has written to for this long was left by a process that died."""


@dataclass(frozen=True)
class Item:
    """A stored item. ``used_s`` is the time of its last use (seconds since the epoch)."""

    path: Path
    size_bytes: int
    used_s: float


def items(store: Store) -> Iterator[Item]:
    """All items, in no particular order; one that vanishes meanwhile is passed over."""
    for path in (store.root / "items").glob("*/*"):
        if _ITEM.fullmatch(path.name):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            yield Item(path, status.st_size, status.st_mtime)


def damaged(store: Store) -> Iterator[Item]:
    """The items that cannot be read whole, or are not what was written."""
    for item in items(store):
        if not store.sound(item.path.stem):
            yield item


def abandoned(store: Store) -> Iterator[Path]:
    """Temporary files of writers that died."""
    for path in (store.root / "items").glob("*/.*"):
        if time.time() - path.stat().st_mtime > ABANDONED_S:
            yield path


def prune(store: Store, keep_bytes: int, needed: Container[str] = ()) -> list[Item]:
    """Remove what was used longest ago until at most ``keep_bytes`` are left; returns what was removed.

    Items whose key is ``needed`` stay, even if they alone are more.
    """
    removed, total = [], 0
    for item in sorted(items(store), key=lambda item: (item.path.stem not in needed, -item.used_s)):
        total += item.size_bytes
        if total > keep_bytes and item.path.stem not in needed:
            item.path.unlink(missing_ok=True)
            removed.append(item)
    for path in abandoned(store):
        path.unlink(missing_ok=True)
    return removed


_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def parse_size(text: str) -> int:
    """``"20G"`` -> bytes; K, M, G and T are powers of 1000. Raises ValueError."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)B?\s*", text, re.IGNORECASE)
    if not match:
        raise ValueError(f"'{text}' is not a size; write it like 500M or 20G")
    return round(float(match.group(1)) * _UNITS[match.group(2).upper()])


def size_text(size_bytes: float) -> str:
    """Bytes for people.

    >>> size_text(1_234_567)
    '1.2 MB'
    """
    for unit in ("B", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} {unit}" if unit == "B" else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.1f} TB"
