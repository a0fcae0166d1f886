"""Predictions for people: a line for each label, or for each stretch of a timeline, with a bar."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import typer

from genrekit.answers import Prediction, Window
from genrekit.errors import printable
from genrekit.timeline import Segment, segments

BAR = 24


class PredictionTable:
    """Writes each file's answer, and each stretch of its timeline, as soon as it is there."""

    def __init__(self, stream: IO[str], labels: Sequence[str], top: int, several: bool = False) -> None:
        self.stream, self.top, self.several = stream, top, several
        self.width = max(len(_shown(label)) for label in labels)
        self.coloured = stream.isatty() and not os.environ.get("NO_COLOR")

    def write(self, answers: Iterable[Window | Prediction]) -> int:
        """Write all of them, a file's windows before its own answer; returns how many files failed."""
        failed, rest = 0, iter(answers)
        for answer in rest:
            path = self._style(_shown(answer.path), bold=True)
            if isinstance(answer, Window):
                self._line(path)
                answer = self._timeline(answer, rest)
                path = ""
            failed += answer.status == "failed"
            self._failure(path, answer) if answer.status == "failed" else self._answer(path, answer)
        return failed

    def _timeline(self, first: Window, rest: Iterator[Window | Prediction]) -> Prediction:
        """Write a file's segments; returns the answer that follows its windows."""
        conclusion: list[Prediction] = []

        def windows() -> Iterator[Window]:
            yield first
            for answer in rest:
                if isinstance(answer, Prediction):
                    return conclusion.append(answer)
                yield answer

        for segment in segments(windows()):
            self._segment(segment)
        return conclusion[0]

    def _segment(self, segment: Segment) -> None:
        span = f"{clock(segment.start_s)} - {clock(segment.end_s)}"
        name = _shown(", ".join(segment.labels)) or self._nothing
        share = f"{name:<{self.width}} {segment.probability:6.1%}"
        painted = self._style(bar(segment.probability), **({"fg": "green"} if segment.labels else {"dim": True}))
        self._line(f"  {span}", share, painted)

    def _failure(self, path: str, prediction: Prediction) -> None:
        if path:
            self._line(path)
        self._line(f"  {self._style('failed', fg='red')}", _shown(prediction.reason or ""))

    def _answer(self, path: str, prediction: Prediction) -> None:
        windows = f", {prediction.windows} windows" if prediction.windows > 1 else ""
        about = [self._style(f"{prediction.duration_s:.1f} s{windows}", dim=True)]
        about += [] if prediction.labels else [self._style(self._nothing, fg="yellow")]
        self._line(path, *about)
        shown = self._worth_showing(prediction)
        width = max(len(_shown(label)) for label in shown)
        for label in shown:
            probability, given = prediction.probabilities[label], label in prediction.labels
            painted = self._style(bar(probability), **({"fg": "green"} if given else {"dim": True}))
            self._line(f"  {_shown(label):<{width}} {probability:6.1%}", painted)

    def _worth_showing(self, prediction: Prediction) -> Sequence[str]:
        """The most probable labels, or, where a recording may have several, all that it is given."""
        if self.several and prediction.labels:
            return prediction.labels
        return list(prediction.probabilities)[: self.top]

    @property
    def _nothing(self) -> str:
        return "no label" if self.several else "not sure"

    def _style(self, text: str, **options: Any) -> str:
        return typer.style(text, **options) if self.coloured else text

    def _line(self, *parts: str) -> None:
        print("  ".join(parts).rstrip(), file=self.stream, flush=self.stream.isatty())


def bar(probability: float) -> str:
    """A bar of up to `BAR` cells, to an eighth of a cell."""
    eighths = round(probability * BAR * 8)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def clock(seconds: float) -> str:
    """``1:02:03.4``"""
    tenths = round(seconds * 10)
    return f"{tenths // 36000}:{tenths // 600 % 60:02}:{tenths // 10 % 60:02}.{tenths % 10}"


def _shown(text: str) -> str:
    """Names of files and labels may hold what steers a terminal."""
    return printable(text, longest=len(text))
