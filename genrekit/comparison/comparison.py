"""Runs side by side: recipes' differences, figures, and each run against the first on the clips they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from genrekit.comparison.facts import Facts, read_facts
from genrekit.comparison.pairs import Pair, pair
from genrekit.comparison.recipes import differences
from genrekit.errors import GenrekitError


@dataclass(frozen=True)
class Comparison:
    """``runs[0]`` is what the others are compared with; ``recipe`` has each run's value of what differs."""

    runs: list[Facts]
    recipe: dict[str, list[Any]]
    pairs: list[Pair]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        runs = [
            {
                "run": run.title,
                "folder": str(run.folder),
                "part": run.part,
                "clips": len(run.clips),
                "figures": run.figures,
                "intervals": run.intervals,
                "spread": (run.summary or {}).get("figures"),
            }
            for run in self.runs
        ]
        pairs = [
            {"first": self.runs[0].title, "other": one.other.title}
            | asdict(one.paired)
            | {"figures": {name: asdict(found) for name, found in one.figures.items()}}
            | {"notes": one.notes, "disagreements": [asdict(clip) for clip in one.disagreements]}
            for one in self.pairs
        ]
        return {"runs": runs, "recipe": self.recipe, "pairs": pairs}


def compare_runs(paths: Sequence[str | Path]) -> Comparison:
    """Compare two runs or more. Raises `GenrekitError` where there is nothing to compare."""
    if len(paths) < 2:
        raise GenrekitError("two runs or more can be compared", hint="genrekit compare runs/ONE runs/OTHER")
    runs = [read_facts(path) for path in paths]
    recipe = differences([run.recipe for run in runs], [run.written for run in runs])
    return Comparison(runs, recipe, [pair(runs[0], run) for run in runs[1:]])
