"""The run folder: where everything about one run is kept."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from genrekit import atomic
from genrekit.errors import GenrekitError

METRICS = "metrics.json"


@dataclass(frozen=True)
class RunFolder:
    """``runs/<name>/<time>/``."""

    path: Path

    @classmethod
    def create(cls, runs: Path, name: str) -> RunFolder:
        """A new folder named by the time; two runs started in one second get different ones."""
        stamp = datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
        for attempt in range(1, 1000):
            path = runs / name / (stamp if attempt == 1 else f"{stamp}-{attempt}")
            try:
                path.mkdir(parents=True)
            except FileExistsError:
                continue
            except OSError as error:
                raise GenrekitError(
                    f"cannot make the run folder {path}: {error.strerror}", hint="--runs FOLDER"
                ) from None
            return cls(path)
        raise GenrekitError(f"cannot find a free name for a run folder below {runs / name}")

    def write_text(self, name: str, text: str) -> None:
        """Write a text file."""
        atomic.write_text(self.path / name, text)

    def write_json(self, name: str, value: Any) -> None:
        """Write a JSON file."""
        atomic.write_json(self.path / name, value)

    def write_csv(self, name: str, rows: Iterable[Iterable[Any]]) -> None:
        """Write a CSV file, header included in ``rows``."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        atomic.write_text(self.path / name, text.getvalue())

    def note_status(self, status: str) -> None:
        """Write ``status.json``: "running", "finished", "interrupted" or "failed"."""
        with contextlib.suppress(OSError):  # A full disk has been told of already.
            self.write_json("status.json", {"status": status})

    def finished(self, epochs: int) -> bool:
        """Whether a run of ``epochs`` epochs, or one that stopped early, has come to its end here."""
        try:
            status, metrics = (json.loads((self.path / name).read_text("utf-8")) for name in ("status.json", METRICS))
            whole = metrics["epochs"] >= epochs or metrics["stopped"]
        except (OSError, ValueError, KeyError):
            return False
        return bool(status["status"] == "finished" and whole)

    def make_latest(self, runs: Path) -> None:
        """Let ``runs/latest`` lead here: a link where the system allows it, else a text file with the path."""
        latest, target = runs / "latest", os.path.relpath(self.path, runs)
        if not _may_be_replaced(latest):
            return
        atomic.link(latest, target)


def _may_be_replaced(latest: Path) -> bool:
    """Whether ``runs/latest`` is ours: not there yet, a link, or a small file that names a run folder."""
    if latest.is_symlink() or not latest.exists():
        return True
    if not latest.is_file() or latest.stat().st_size > 4096:
        return False
    named = latest.read_text(encoding="utf-8", errors="replace").strip()
    return "\n" not in named and (latest.parent / named / "recipe.toml").is_file()
