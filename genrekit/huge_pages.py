"""Training in huge pages on Linux.

Every step of training allocates and frees the same few large tensors. glibc returns them to the kernel, which hands
them out again zeroed, 4 KiB at a time: on two CPU cores the CRNN spent more time in the kernel than in arithmetic.
With 2 MiB pages it does not; results are the same bits. glibc reads the setting when a process starts, so the process
is replaced by itself once, before anything heavy is imported.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from genrekit.libc import is_glibc

TUNABLE = "glibc.malloc.hugetlb"
OPT_OUT = "GENREKIT_HUGE_PAGES"
_MODES = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def restart_with_huge_pages() -> None:
    """Replace this process by itself with huge pages; does nothing where they are set, impossible or unwanted."""
    environment = changed_environment(os.environ, kernel_offers_them())
    if environment is not None and hasattr(sys, "orig_argv"):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def changed_environment(environment: Mapping[str, str], offered: bool) -> dict[str, str] | None:
    """The environment to restart with, or None where a restart would bring nothing."""
    tunables = environment.get("GLIBC_TUNABLES", "")
    if not offered or TUNABLE in tunables or environment.get(OPT_OUT) == "0":
        return None
    joined = f"{tunables}:{TUNABLE}=1" if tunables else f"{TUNABLE}=1"
    return {**environment, "GLIBC_TUNABLES": joined}


def kernel_offers_them() -> bool:
    """ "madvise" means that a process gets them for the asking; under "always" it has them anyway."""
    try:
        return "[madvise]" in _MODES.read_text() and is_glibc()
    except OSError:
        return False
