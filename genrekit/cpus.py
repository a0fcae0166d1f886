"""How many CPUs this process may use: those the scheduler gives it, within the container's quota."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


def usable_cpus() -> int:
    """CPUs to plan with, at least 1. A quota of one and a half CPUs counts as two."""
    limits = [math.ceil(quota) for quota in quotas(CGROUPS, MEMBERSHIP)]
    return max(1, min([_affinity(), *limits]))


def _affinity() -> int:
    # Python 3.13 has one call for all systems; before, affinity is known on Linux only.
    if hasattr(os, "process_cpu_count"):
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def quotas(cgroups: Path, membership: Path) -> Iterator[float]:
    """The CPU quotas of this process's control group (version 2) and of the groups around it, in CPUs."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return
    own = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), None)
    if own is None:
        return
    group = cgroups / own
    for folder in (group, *group.parents):
        yield from _quota(folder / "cpu.max")
        if folder == cgroups:
            return


def _quota(file: Path) -> Iterator[float]:
    """``max 100000`` is no quota; ``150000 100000`` is 1.5 CPUs."""
    try:
        quota, period = file.read_text().split()
        cpus = [] if quota == "max" else [int(quota) / int(period)]
    except (OSError, ValueError):
        return
    yield from cpus
