"""What became of each clip: ``data.json``, and the refusal to train on nothing."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from genrekit.clips import PARTS, Clips
from genrekit.console import Narrator
from genrekit.copies import copies, groups_across_parts, warn_of_copies
from genrekit.errors import DataError, shown
from genrekit.preparation import Preparation
from genrekit.run_folder import RunFolder

SHOWN = 10
"""How many files of a kind the terminal names; ``data.json`` names all."""


def record(folder: RunFolder, clips: Clips, preparation: Preparation, narrator: Narrator) -> None:
    """Write ``data.json`` and say what is not as it should be."""
    described = describe(clips, preparation)
    folder.write_json("data.json", described)
    stored = sum(result.from_store for result in preparation.usable.values())
    windows = sum(result.windows for result in preparation.usable.values())
    narrator.say(f"{len(preparation.usable)} clips ready, {windows} windows, {stored} from the store")
    for result in preparation.quarantined[:SHOWN]:
        narrator.warn(f"quarantined: {shown(result.path)}: {result.reason}")
    if len(preparation.quarantined) > SHOWN:
        narrator.warn(f"… and {len(preparation.quarantined) - SHOWN} more, see data.json")
    for note, paths in _by_note(preparation).items():
        names = ", ".join(map(shown, paths[:3])) + (" …" if len(paths) > 3 else "")
        narrator.warn(f"{len(paths)} clip{'s' if len(paths) > 1 else ''} {note}: {names}")
    for part, labels in described["absent"].items():
        narrator.warn(f"no {part} clip of {', '.join(labels)}: figures of that part say nothing of {_them(labels)}")
    warn_of_copies(described["copies"], narrator)


def _them(labels: list[str]) -> str:
    return "it" if len(labels) == 1 else "them"


def refuse_other_data(folder: RunFolder, clips: Clips, preparation: Preparation) -> None:
    """Refuse to go on with a run on data that it was not started with: test clips might have been trained on."""
    written = folder.path / "data.json"
    if not written.exists():
        return
    before = json.loads(written.read_text(encoding="utf-8"))
    now = describe(clips, preparation)
    if before["fingerprint"] != now["fingerprint"]:
        counts = [sum(sum(part.values()) for part in told["parts"].values()) for told in (before, now)]
        raise DataError(
            f"the data is not what the run {folder.path} was started with",
            why=f"{counts[0]} usable clips then, {counts[1]} now, or other content or parts; clips would change sides",
            hint="bring the files back, or start a new run",
        )


def describe(clips: Clips, preparation: Preparation) -> dict[str, Any]:
    """The content of ``data.json``."""
    parts, labels, groups = (clips.column(name) for name in ("part", "labels", "group"))
    usable = preparation.usable
    rows = {part: [row for row in usable if parts[row] == part] for part in PARTS}
    keys = sorted(f"{parts[row]} {'|'.join(sorted(labels[row]))} {result.content}" for row, result in usable.items())
    counts = {part: Counter(label for row in rows[part] for label in labels[row]) for part in PARTS}
    return {
        "clips": len(clips),
        "unused": parts.count(None),
        "parts": {part: dict(sorted(count.items())) for part, count in counts.items()},
        "absent": {
            part: gone for part in PARTS if rows[part] and (gone := sorted(set(clips.labels()) - set(counts[part])))
        },
        "groups": {part: len({groups[row] for row in rows[part]} - {None}) for part in PARTS},
        "groups_across_parts": groups_across_parts(clips, preparation),
        "copies": copies(clips, preparation),
        "notes": list(clips.notes),
        "quarantined": [{"path": result.path, "reason": result.reason} for result in preparation.quarantined],
        "noted": [{"path": result.path, "notes": list(result.notes)} for result in usable.values() if result.notes],
        "fingerprint": hashlib.sha256("\n".join(keys).encode()).hexdigest(),
    }


def check_usable(clips: Clips, preparation: Preparation) -> None:
    """Refuse when quarantine left a class with nothing to learn from, or nothing to validate on."""
    parts, labels = clips.column("part"), clips.column("labels")
    left = {part: [row for row in preparation.usable if parts[row] == part] for part in PARTS}
    reasons = Counter(result.reason for result in preparation.quarantined)
    why = "; ".join(f"{count} × {reason}" for reason, count in reasons.most_common(5)) or None
    for part in PARTS:
        if part in parts and not left[part]:
            raise DataError(f"no usable {part} clip is left", why=why, hint="see data.json in the run folder")
    gone = sorted(set(clips.labels()) - {label for row in left["train"] for label in labels[row]})
    if gone:
        raise DataError(f"no usable training clip is left of: {', '.join(gone)}", why=why)


def _by_note(preparation: Preparation) -> dict[str, list[str]]:
    paths: dict[str, list[str]] = {}
    for result in preparation.usable.values():
        for note in result.notes:
            paths.setdefault(note, []).append(result.path)
    return paths
