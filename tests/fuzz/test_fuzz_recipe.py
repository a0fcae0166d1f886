"""A short while of `fuzz_recipe.py`; ``make fuzz`` goes on for longer."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

RUNS = 3000
"""Inputs, each grown from one before it that reached other code."""


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not made for this Python")
def test_any_bytes(tmp_path: Path) -> None:
    # No limit of memory: libFuzzer counts from what the process that starts it, all tests, has held.
    options = [f"-runs={RUNS}", "-seed=1", "-timeout=600", "-rss_limit_mb=0"]
    command = [sys.executable, Path(__file__).with_name("fuzz_recipe.py"), *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"Done {RUNS} runs" in done.stderr
    assert list(tmp_path.iterdir()) == []
