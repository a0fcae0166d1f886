"""Evaluators' pictures, for the page."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

KINDS: Mapping[str, str] = {".svg": "image/svg+xml", ".png": "image/png"}
LARGEST = 300_000
"""Bytes of a picture that still goes into the page; larger ones stay in the run folder."""


@dataclass(frozen=True)
class Picture:
    """``files`` are its names in the run folder; ``source`` is a data URI, None if all of them are too large."""

    title: str
    files: list[str]
    source: str | None


def embedded(paths: Sequence[Path]) -> list[Picture]:
    """One picture of each stem, the SVG before the PNG; as images they cannot run scripts."""
    stems: dict[Path, list[Path]] = {}
    for path in paths:
        if path.suffix in KINDS:
            stems.setdefault(path.with_suffix(""), []).append(path)
    return [_picture(stem, files) for stem, files in stems.items()]


def _picture(stem: Path, files: Sequence[Path]) -> Picture:
    ordered = sorted(files, key=lambda file: list(KINDS).index(file.suffix))
    small = next((file for file in ordered if file.stat().st_size <= LARGEST), None)
    title = stem.name.replace("_", " ")
    return Picture(title[:1].upper() + title[1:], [file.name for file in files], _uri(small) if small else None)


def _uri(file: Path) -> str:
    return f"data:{KINDS[file.suffix]};base64,{base64.b64encode(file.read_bytes()).decode()}"
