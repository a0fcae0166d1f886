"""What a tracker is told of a run, and the base of all trackers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from genrekit.recipe import Recipe
from genrekit_tracking import figures
from genrekit_tracking.table import Tracking

FILES = ("recipe.toml", "environment.json", "data.json", "metrics.json", "predictions.csv", "report.html")


@dataclass(frozen=True)
class Subject:
    """The run that is told of. ``series`` is the folder of the series that it belongs to."""

    tracking: Tracking
    folder: Path
    recipe: Recipe
    series: Path | None = None

    @property
    def title(self) -> str:
        """``quickstart 2026-11-22T18-00-00``; of a run of a series the series comes in between."""
        return " ".join(self.path)

    @property
    def path(self) -> list[str]:
        """The parts of the `title`."""
        between = [self.series.name] if self.series else []
        return [self.recipe.name, *between, self.folder.name]

    @property
    def params(self) -> dict[str, bool | int | float | str]:
        """Every option of the recipe but those of the tracking itself."""
        return {name: value for name, value in figures.params(self.recipe).items() if not name.startswith("tracking.")}

    @property
    def recipe_text(self) -> str:
        """The recipe as it is in the run folder."""
        return (self.folder / "recipe.toml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Ending:
    """How the run ended. ``metrics`` is ``metrics.json``; ``pictures`` are PNG and SVG files."""

    status: str
    metrics: Mapping[str, Any]
    error: str | None = None
    pictures: Sequence[Path] = field(default=())


class Tracker:
    """One tracker, told of one run in this order: `start`, `epoch` …, `end`; `close` comes last, whatever happened.

    Whatever it cannot deliver it raises, and is called again with the same things later.
    """

    def __init__(self, subject: Subject, identity: str | None, since: int) -> None:
        """``identity`` is the run's in the tracker, None before `start`; epochs up to ``since`` have been told."""
        self.subject, self.identity, self.since = subject, identity, since

    def start(self) -> None:
        """Make the run, or open it again; sets `identity`. Tells the recipe's options."""
        raise NotImplementedError

    def epoch(self, epoch: int, line: Mapping[str, float]) -> None:
        """An epoch's figures, by the names of `figures.of_epoch`."""
        raise NotImplementedError

    def end(self, ending: Ending) -> None:
        """The final figures, pictures, files and the bundle."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of connections and files."""

    def files(self) -> list[Path]:
        """The files of the run folder that are sent."""
        there = [self.subject.folder / name for name in FILES]
        return [path for path in there if path.is_file()] if self.subject.tracking.files else []

    def pictures(self, ending: Ending, *suffixes: str) -> list[Path]:
        """The pictures that are sent, of those kinds of files."""
        wanted = [path for path in ending.pictures if path.suffix in suffixes and path.is_file()]
        return wanted if self.subject.tracking.pictures else []

    @property
    def bundle(self) -> Path | None:
        """The bundle, if it is there and is sent."""
        folder = self.subject.folder / "bundle"
        return folder if self.subject.tracking.bundle and folder.is_dir() else None
