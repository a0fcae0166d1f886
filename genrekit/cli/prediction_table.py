"""Predictions for people: a line for each label, with a bar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from genrekit.errors import printable

if TYPE_CHECKING:
    from genrekit.predict import Prediction

BAR = 24


class PredictionTable:
    """Writes each file's answer as soon as it is there."""

    def __init__(self, top: int) -> None:
        from rich.console import Console

        self.top, self.console = top, Console(highlight=False)

    def write(self, predictions: Iterable[Prediction]) -> int:
        """Write all of them; returns how many failed."""
        failed = 0
        for prediction in predictions:
            if prediction.status == "failed":
                failed += 1
                self._failure(prediction)
            else:
                self._answer(prediction)
        return failed

    def _failure(self, prediction: Prediction) -> None:
        self.console.print(f"[bold]{_shown(prediction.path)}[/]", soft_wrap=True)
        self.console.print(f"  [red]failed[/]  {_shown(prediction.reason or '')}", soft_wrap=True)

    def _answer(self, prediction: Prediction) -> None:
        windows = f", {prediction.windows} windows" if prediction.windows > 1 else ""
        about = f"[dim]{prediction.duration_s:.1f} s{windows}[/]"
        self.console.print(f"[bold]{_shown(prediction.path)}[/]  {about}", soft_wrap=True)
        shown = list(prediction.probabilities.items())[: self.top]
        width = max(len(label) for label, _ in shown)
        for rank, (label, probability) in enumerate(shown):
            style = "green" if rank == 0 else "dim"
            self.console.print(
                f"  {_shown(label):<{width}} {probability:6.1%}  [{style}]{bar(probability)}[/]", soft_wrap=True
            )


def bar(probability: float) -> str:
    """A bar of up to `BAR` cells, to an eighth of a cell."""
    eighths = round(probability * BAR * 8)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def _shown(text: str) -> str:
    """``text`` for rich; names of files and labels may hold control characters and rich's own markup."""
    from rich.markup import escape

    return escape(printable(text, longest=len(text)))
