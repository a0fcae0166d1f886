"""Which C library this process runs on."""

from __future__ import annotations

import os


def is_glibc() -> bool:
    """Whether it is the GNU C Library: other systems, and some Linuxes, have others."""
    try:
        # platform.libc_ver() asks the same, and takes a millisecond to import.
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (AttributeError, ValueError, OSError):
        return False
