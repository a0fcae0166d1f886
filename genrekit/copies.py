"""Clips that are there twice, byte for byte, and groups in several parts: what a run knows without looking closer."""

from __future__ import annotations

from collections import Counter
from typing import Any

from genrekit.clips import Clips
from genrekit.console import Narrator
from genrekit.errors import shown
from genrekit.preparation import Preparation

SHOWN = 10
"""How many families of copies the terminal names; ``data.json`` names all."""


def warn_of_copies(found: list[dict[str, Any]], narrator: Narrator) -> None:
    """Name the copies that make figures lie."""
    for trouble, what in (("across_parts", "in several parts"), ("other_labels", "under different labels")):
        named = [family["paths"] for family in found if family[trouble]]
        for paths in named[:SHOWN]:
            narrator.warn(
                f"warning: the same sound {what}: {' = '.join(map(shown, paths[:3]))}{' …' if len(paths) > 3 else ''}"
            )
        if len(named) > SHOWN:
            narrator.warn(f"… and {len(named) - SHOWN} more, see data.json; genrekit data audit finds near copies, too")


def copies(clips: Clips, preparation: Preparation) -> list[dict[str, Any]]:
    """Usable clips that are the same stretch of the same bytes, and whether in several parts or under other labels."""
    sounds: dict[tuple[Any, ...], list[int]] = {}
    for row, key in _stretches(clips, preparation).items():
        sounds.setdefault(key, []).append(row)
    parts, labels, paths = (clips.column(name) for name in ("part", "labels", "path"))
    return [
        {
            "paths": [paths[row] for row in rows],
            "parts": [parts[row] for row in rows],
            "across_parts": len({parts[row] for row in rows}) > 1,
            "other_labels": len({tuple(sorted(labels[row])) for row in rows}) > 1,
        }
        for rows in sounds.values()
        if len(rows) > 1
    ]


def _stretches(clips: Clips, preparation: Preparation) -> dict[int, tuple[Any, ...]]:
    """Each usable row's content hash, start and duration; silent clips, which are all alike, are left out."""
    starts, durations = clips.column("start_s"), clips.column("duration_s")
    return {
        row: (result.content, starts[row], durations[row])
        for row, result in preparation.usable.items()
        if result.content and "silent" not in result.notes
    }


def groups_across_parts(clips: Clips, preparation: Preparation) -> dict[str, dict[str, int]]:
    """For each group in several parts how many usable clips each part holds of it."""
    parts, groups = clips.column("part"), clips.column("group")
    sides: dict[str, Counter[str]] = {}
    for row in preparation.usable:
        if groups[row] is not None:
            sides.setdefault(groups[row], Counter())[parts[row]] += 1
    return {group: dict(sorted(held.items())) for group, held in sorted(sides.items()) if len(held) > 1}
