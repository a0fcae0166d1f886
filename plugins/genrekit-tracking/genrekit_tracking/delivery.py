"""Telling one tracker of a run, in order and completely, although it may fail, be away and come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from genrekit.errors import one_line
from genrekit_tracking import figures
from genrekit_tracking.tracker import Ending, Tracker


@dataclass
class Delivery:
    """What a tracker has yet to be told waits here. Nothing that the tracker raises gets out.

    ``remember`` writes down what is known to have arrived: the run's name in the tracker, the last epoch, the end.
    """

    name: str
    tracker: Tracker
    warn: Callable[[str], None]
    remember: Callable[[dict[str, Any]], None]
    epochs: int = 0
    away: str | None = field(default=None)
    _begun: bool = field(default=False)
    _ended: bool = field(default=False)
    _lines: list[dict[str, float | None]] = field(default_factory=list)
    _ending: Ending | None = field(default=None)

    def line(self, line: Mapping[str, float | None]) -> None:
        """Add an epoch; one that has been told of, or waits already, is left out."""
        known = max([self.epochs, *(int(other["epoch"] or 0) for other in self._lines)])
        if int(line["epoch"] or 0) > known:
            self._lines.append(dict(line))

    def ending(self, ending: Ending) -> None:
        """Add the end."""
        self._ending = ending

    def flush(self) -> None:
        """Tell all that waits; after a failure the rest waits for the next call."""
        try:
            self._flush()
        except Exception as error:
            if self.away is None:
                self.warn(f"tracking: {self.name} does not hear of this: {one_line(error)}; the run goes on")
            self.away = one_line(error)
        else:
            if self.away is not None:
                self.warn(f"tracking: {self.name} is back, and has been told everything")
            self.away = None

    def _flush(self) -> None:
        if not self._begun:
            self.tracker.start()
            self._begun = True
            self._note()
        while self._lines:
            epoch = int(self._lines[0]["epoch"] or 0)
            self.tracker.epoch(epoch, figures.of_epoch(self._lines[0]))
            self._lines.pop(0)
            self.epochs = epoch
            self._note()
        if self._ending is not None:
            self.tracker.end(self._ending)
            self._ended = self._ending.status == "finished"
            self._ending = None
            self._note()

    def close(self) -> None:
        """Say what has not arrived, and let go."""
        try:
            self.tracker.close()
        except Exception as error:
            self.warn(f"tracking: {self.name}: {one_line(error)}")
        if self.away is not None:
            untold = f"{len(self._lines)} epochs and the end" if self._lines else "the end"
            folder = self.tracker.subject.folder
            self.warn(f"tracking: {self.name} was not told {untold}; later: genrekit track {folder}")

    def _note(self) -> None:
        self.remember({"identity": self.tracker.identity, "epochs": self.epochs, "ended": self._ended})
