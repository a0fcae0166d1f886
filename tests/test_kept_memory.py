"""Memory that is freed stays with the process: counted in page faults, which no other program changes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from genrekit import kept_memory
from genrekit.libc import is_glibc

glibc = pytest.mark.skipif(not is_glibc(), reason="glibc's thresholds")

ROUNDS = 20
PAGES = 3 * 2**10
"""Of three buffers of 4 MiB."""

SCRIPT = f"""
import resource, sys
from genrekit.kept_memory import keep_freed_memory, return_freed_memory

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])

if sys.argv[1] == "keep":
    keep_freed_memory()
for _ in range(3):
    buffers = [b"x" * 2**22 for _ in range(3)]
    del buffers
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range({ROUNDS}):
    buffers = [b"x" * 2**22 for _ in range(3)]
    del buffers
faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
kept = held()
return_freed_memory()
print(faults, kept - held())
"""


def faults_and_returned(mode: str, environment: dict[str, str] | None = None) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, mode], capture_output=True, text=True, check=True, env=environment
    )
    faults, returned = done.stdout.split()
    return int(faults), int(returned)


@glibc
def test_freed_buffers_are_used_again_and_can_be_returned() -> None:
    faults, returned = faults_and_returned("keep", {"PYTHONPATH": ":".join(sys.path)})
    assert faults < PAGES  # not one round's worth in twenty
    assert returned > PAGES / 2


@glibc
def test_without_it_every_round_gets_its_pages_anew() -> None:
    faults, _ = faults_and_returned("leave", {"PYTHONPATH": ":".join(sys.path)})
    assert faults > ROUNDS * PAGES / 2


@glibc
@pytest.mark.parametrize(
    ("name", "value"),
    [("MALLOC_TRIM_THRESHOLD_", "131072"), ("GLIBC_TUNABLES", "glibc.malloc.mmap_threshold=131072")],
)
def test_thresholds_that_somebody_has_set_stay(name: str, value: str) -> None:
    faults, _ = faults_and_returned("keep", {"PYTHONPATH": ":".join(sys.path), name: value})
    assert faults > ROUNDS * PAGES / 2


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: object) -> None:
        raise AssertionError("no C library was to be asked")

    monkeypatch.setattr(kept_memory, "is_glibc", lambda: False)
    monkeypatch.setattr(kept_memory.ctypes, "CDLL", refuse)
    kept_memory.keep_freed_memory()
    kept_memory.return_freed_memory()
