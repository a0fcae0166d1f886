"""Counting CPUs: affinity, and a container's quota."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from genrekit import cpus


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of 64 CPUs whose process is in the control group /a/b."""
    for name in ("CGROUPS", "MEMBERSHIP"):
        monkeypatch.setattr(cpus, name, tmp_path / name)
    monkeypatch.setattr(cpus, "_affinity", lambda: 64)
    (tmp_path / "MEMBERSHIP").write_text("12:cpuset:/old\n0::/a/b\n")
    (tmp_path / "CGROUPS/a/b").mkdir(parents=True)
    return tmp_path / "CGROUPS"


def test_this_machine_has_at_least_one() -> None:
    assert 1 <= cpus.usable_cpus() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 64),
        ({"a/b/cpu.max": "max 100000\n"}, 64),
        ({"a/b/cpu.max": "200000 100000\n"}, 2),
        ({"a/b/cpu.max": "150000 100000\n"}, 2),
        ({"a/b/cpu.max": "10000 100000\n"}, 1),
        ({"a/cpu.max": "300000 100000\n", "a/b/cpu.max": "max 100000\n"}, 3),
        ({"cpu.max": "400000 100000\n", "a/b/cpu.max": "800000 100000\n"}, 4),
        ({"a/b/cpu.max": "9900000 100000\n"}, 64),
        ({"a/b/cpu.max": ""}, 64),
    ],
)
def test_the_tightest_quota_counts(groups: Path, files: dict[str, str], expected: int) -> None:
    for name, text in files.items():
        (groups / name).write_text(text)
    assert cpus.usable_cpus() == expected


@pytest.mark.parametrize("membership", [None, "", "4:cpu,cpuacct:/docker/x\n"])
def test_no_control_group_is_no_quota(groups: Path, membership: str | None) -> None:
    (groups / "cpu.max").write_text("100000 100000\n")
    (groups.parent / "MEMBERSHIP").unlink()
    if membership is not None:
        (groups.parent / "MEMBERSHIP").write_text(membership)
    assert cpus.usable_cpus() == 64


def test_in_a_container_the_group_is_the_root(groups: Path) -> None:
    (groups.parent / "MEMBERSHIP").write_text("0::/\n")
    (groups / "cpu.max").write_text("100000 100000\n")
    assert cpus.usable_cpus() == 1


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="affinity can be set on Linux only")
def test_affinity_counts() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert cpus.usable_cpus() == 1
    finally:
        os.sched_setaffinity(0, before)
