"""How often the truth is among the first few answers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

import genrekit


class TopLabels(genrekit.Evaluator):
    """The share of clips whose label is among the ``count`` most probable ones."""

    use: Literal["top-labels"] = "top-labels"
    count: int = genrekit.Field(2, ge=1, description="how many answers a clip has")

    def metrics(self, outcome: genrekit.Outcome) -> dict[str, float]:
        """One figure, ``top_2_accuracy`` for two answers."""
        return {f"top_{self.count}_accuracy": float(np.mean(self._found(outcome)))}

    def pictures(self, outcome: genrekit.Outcome, history: list[dict[str, float]], folder: Path) -> list[Path]:
        """A bar as long as the figure."""
        path = folder / "top_labels.svg"
        bar = f'<rect width="{np.mean(self._found(outcome)):.0%}" height="9"/>'
        path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="9">{bar}</svg>')
        return [path]

    def _found(self, outcome: genrekit.Outcome) -> np.ndarray:
        first = np.argsort(-outcome.probabilities, axis=1)[:, : self.count]
        return (first == outcome.targets[:, None]).any(axis=1)
