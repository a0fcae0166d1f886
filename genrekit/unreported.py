"""A run whose model is there, and whose report is not: what people are told, and the command's exit code."""

from __future__ import annotations

from pathlib import Path

EXIT_CODE = 4


def without_report(folder: Path, why: str) -> str:
    """What people are told."""
    return (
        f"warning: the report could not be made: {why}. Model, figures and answers are in {folder}; "
        f"make the report again with: genrekit report {folder}"
    )
