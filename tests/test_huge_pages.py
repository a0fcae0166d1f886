"""The restart in huge pages: once, only where it brings something, never against the user's word."""

from __future__ import annotations

import subprocess
import sys

import pytest

from genrekit.huge_pages import changed_environment


@pytest.mark.parametrize(
    ("environment", "offered", "expected"),
    [
        ({"A": "b"}, True, {"A": "b", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}),
        ({"GLIBC_TUNABLES": "x=1"}, True, {"GLIBC_TUNABLES": "x=1:glibc.malloc.hugetlb=1"}),
        ({"GLIBC_TUNABLES": "glibc.malloc.hugetlb=0"}, True, None),
        ({"GENREKIT_HUGE_PAGES": "0"}, True, None),
        ({}, False, None),
    ],
)
def test_environment(environment: dict[str, str], offered: bool, expected: dict[str, str] | None) -> None:
    assert changed_environment(environment, offered) == expected


def test_arguments_survive_the_restart() -> None:
    """Whether or not this machine restarts, a run of nothing ends in the same message, once."""
    command = [sys.executable, "-m", "genrekit", "run", "no such recipe.toml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("no recipe at no such recipe.toml") == 1
