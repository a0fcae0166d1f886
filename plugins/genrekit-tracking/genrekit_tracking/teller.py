"""All trackers of one run. What each has been told is kept in the run folder, so that a resume goes on there."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from genrekit import atomic
from genrekit.recipe import Recipe
from genrekit_tracking.delivery import Delivery
from genrekit_tracking.table import Tracking
from genrekit_tracking.tracker import Ending, Subject, Tracker

RECORD = "tracking.json"
"""In the run folder: tracker -> the run's name there, the last epoch that arrived, whether the end did."""

CLASSES = {
    "tensorboard": "genrekit_tracking.tensorboard_tracker:TensorBoardTracker",
    "mlflow": "genrekit_tracking.mlflow_tracker:MLflowTracker",
    "wandb": "genrekit_tracking.wandb_tracker:WandbTracker",
}


class Teller:
    """Tells each tracker of a run by itself: one that fails is no matter to the others, nor to the run."""

    def __init__(
        self,
        tracking: Tracking,
        folder: Path,
        recipe: Recipe,
        warn: Callable[[str], None],
        series: Path | None = None,
    ) -> None:
        self.folder, self.recipe, self.warn = folder, recipe, warn
        self.record = read_record(folder)
        subject = Subject(tracking, folder, recipe, series)
        self.deliveries = [self._delivery(name, subject) for name in tracking.chosen]

    def _delivery(self, name: str, subject: Subject) -> Delivery:
        known = self.record.get(name, {})
        epochs = int(known.get("epochs", 0))
        tracker = tracker_class(name)(subject, known.get("identity"), epochs)
        return Delivery(name, tracker, self.warn, lambda state: self._remember(name, state), epochs)

    def _remember(self, name: str, state: dict[str, Any]) -> None:
        self.record[name] = state
        atomic.write_json(self.folder / RECORD, self.record)

    def started(self, history: Iterable[Mapping[str, float | None]]) -> None:
        """The run begins or goes on, with ``history`` behind it."""
        for line in history:
            self._line(line)
        self._flush()

    def epoch(self, line: Mapping[str, float | None]) -> None:
        """An epoch has ended."""
        self._line(line)
        self._flush()

    def ended(
        self, status: str, metrics: Mapping[str, Any], error: str | None = None, pictures: Sequence[Path] = ()
    ) -> None:
        """The run is over. Whatever has not arrived by now is named."""
        for delivery in self.deliveries:
            delivery.ending(Ending(status, metrics, error, pictures))
        self._flush()
        for delivery in self.deliveries:
            delivery.close()

    def _line(self, line: Mapping[str, float | None]) -> None:
        for delivery in self.deliveries:
            delivery.line(line)

    def _flush(self) -> None:
        for delivery in self.deliveries:
            delivery.flush()


def tracker_class(name: str) -> type[Tracker]:
    """The class that talks to a tracker; importing it imports the tracker's library only when it is used."""
    module, _, cls = CLASSES[name].partition(":")
    return cast("type[Tracker]", getattr(importlib.import_module(module), cls))


def read_record(folder: Path) -> dict[str, dict[str, Any]]:
    """``tracking.json`` of a run folder; empty if there is none, or none that can be read."""
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
