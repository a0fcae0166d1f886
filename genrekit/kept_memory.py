"""Memory that is freed stays with the process, as far as glibc is the one who decides.

A clip's buffers are a few megabytes each. Left alone, glibc returns such memory to the kernel when a clip is done, and
the next clip gets it back a page at a time, each cleared first: as much as half of the arithmetic's time.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator

from genrekit.libc import is_glibc

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Numbers of glibc's ``malloc.h``."""

LARGEST_KEPT = 2**25
"""Bytes: where glibc itself stops raising its threshold, and larger buffers keep going back at once."""

MOST_FREE = 2**26
"""Bytes that may lie free at the end of an arena, of which a thread has one: twice the above, as in glibc."""

OWN = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")
TUNABLES = ("glibc.malloc.mmap_threshold", "glibc.malloc.trim_threshold")


def keep_freed_memory() -> None:
    """From now on; does nothing where somebody has set glibc's thresholds, or on other systems.

    These are the thresholds that glibc works its way up to by itself, in a process that frees buffers of all sizes.
    """
    if not is_glibc() or _are_set():
        return
    libc = ctypes.CDLL(None)
    libc.mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT)
    libc.mallopt(M_TRIM_THRESHOLD, MOST_FREE)


@contextlib.contextmanager
def kept_meanwhile() -> Iterator[None]:
    """Keep what is freed, and return what lies free at the end of the block."""
    keep_freed_memory()
    try:
        yield
    finally:
        return_freed_memory()


def return_freed_memory() -> None:
    """Give back what lies free now; nothing where somebody has set glibc's thresholds."""
    if is_glibc() and not _are_set():
        ctypes.CDLL(None).malloc_trim(0)


def _are_set() -> bool:
    tunables = os.environ.get("GLIBC_TUNABLES", "")
    return any(name in os.environ for name in OWN) or any(name in tunables for name in TUNABLES)
