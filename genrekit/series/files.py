"""The files that a series of runs has beside those of a run. Reading them needs no torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from genrekit.errors import GenrekitError

SUMMARY = "summary.json"


def is_series(folder: Path) -> bool:
    """Whether it is the folder of a series of runs."""
    return (folder / SUMMARY).is_file()


def run_folders(folder: Path) -> list[Path]:
    """The run folders of a series, in its order, whether there yet or not."""
    return [folder / run["folder"] for run in read_json(folder / SUMMARY)["runs"]]


def read_json(path: Path) -> Any:
    """A file that genrekit wrote."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GenrekitError(f"cannot read {path}: {error}") from None
