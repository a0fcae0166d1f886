"""Folders of files for tests. Data sets read no audio, so most of the files are empty."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest


def touch(root: Path, names: Iterable[str]) -> Path:
    """Make ``root`` with an empty file for each name (slashes make folders)."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def real_data(name: str) -> Path:
    """A folder or file of the real test data; skips the test where it is absent."""
    here = Path(__file__).resolve().parents[2]
    path = Path(os.environ.get("GENREKIT_TEST_DATA", here.parent / "shared" / "data")) / name
    if not path.exists():
        pytest.skip(f"no real test data at {path}; GENREKIT_TEST_DATA says where it is")
    return path
