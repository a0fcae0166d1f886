"""``genrekit track``: tell trackers of a run folder what they have not been told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from genrekit import recipe as recipes
from genrekit.console import Narrator, TerminalNarrator
from genrekit.errors import GenrekitError, TrainingError
from genrekit.events import RunEvent
from genrekit.run_lock import alone_in
from genrekit_tracking.table import Tracking
from genrekit_tracking.teller import Teller, read_record

PICTURES = {".png", ".svg"}
STATUS = {"finished": "finished", "failed": "failed"}
"""What a run folder says of a run -> how it ended. One that is said to go on, and does not, was interrupted."""


def track_folder(folder: Path, narrator: Narrator | None = None) -> None:
    """Raises `GenrekitError` if it is no run folder, its recipe has no ``[tracking]``, or a tracker is still away."""
    folder, told = folder.resolve(), narrator or TerminalNarrator()
    if not (folder / "recipe.toml").is_file() or not (folder / "status.json").is_file():
        raise GenrekitError(f"{folder} is not the folder of a run", hint="genrekit track runs/latest")
    recipe = recipes.load(folder / "recipe.toml")
    tracking = recipe.table(Tracking)
    if tracking is None:
        hint = "add [tracking.tensorboard] to it, for instance"
        raise GenrekitError(f"{folder / 'recipe.toml'} has no [tracking]", hint=hint)
    with alone_in(folder, told.warn):
        _tell(Teller(tracking, folder, recipe, told.warn, _series(folder)), folder, told)


def _tell(teller: Teller, folder: Path, told: Narrator) -> None:
    ended = {name for name, state in read_record(folder).items() if state.get("ended")}
    teller.deliveries = [delivery for delivery in teller.deliveries if delivery.name not in ended]
    teller.started(RunEvent(folder=folder, recipe=teller.recipe).history)
    pictures = sorted(path for path in folder.iterdir() if path.suffix in PICTURES)
    status, metrics = _read(folder / "status.json").get("status", "finished"), _read(folder / "metrics.json")
    teller.ended(STATUS.get(status, "interrupted"), metrics, pictures=pictures)
    away = [delivery for delivery in teller.deliveries if delivery.away]
    if away:
        raise TrainingError("; ".join(f"{delivery.name}: {delivery.away}" for delivery in away))
    names = ", ".join(delivery.name for delivery in teller.deliveries)
    told.say(f"{folder}: {names} told" if names else f"{folder}: all trackers have been told before")


def _series(folder: Path) -> Path | None:
    return folder.parent if (folder.parent / "summary.json").is_file() else None


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return {}
    return found
