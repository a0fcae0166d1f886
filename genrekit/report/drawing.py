"""Evaluators' pictures drawn into a run folder. One that cannot be drawn costs none of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit.component import Evaluator
from genrekit.errors import one_line

if TYPE_CHECKING:
    from genrekit.outcome import Outcome


def draw(
    evaluators: Iterable[Evaluator],
    outcome: Outcome,
    history: list[dict[str, float]],
    folder: Path,
    warn: Callable[[str], None],
) -> list[Path]:
    """The files; ``warn`` is told what could not be drawn, and why."""
    drawn: list[Path] = []
    for evaluator in evaluators:
        try:
            drawn += evaluator.pictures(outcome, history, folder)
        except Exception as error:  # whatever it is, the model is worth more than its pictures
            warn(f"warning: no pictures of {evaluator.use}: {one_line(error)}")
    return drawn
