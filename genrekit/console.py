"""What a run says while it works: short, and the same facts on a terminal and in a log file."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from genrekit.errors import harmless, shown

if TYPE_CHECKING:
    from rich.console import Console

Advance = Callable[[str], None]


class Narrator:
    """Says nothing; the base of those that do. Runs started from Python get this one unless they ask for more."""

    def say(self, text: str) -> None:
        """A fact."""

    def warn(self, text: str) -> None:
        """Something that people should know before they trust the result."""

    @contextlib.contextmanager
    def steps(self, title: str, total: int) -> Iterator[Advance]:
        """A progress bar; call what it gives with the name of each finished thing."""
        yield lambda _: None

    def epoch(self, line: Mapping[str, float], epochs: int) -> None:
        """A line of the history."""

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Rows of as many cells as there are ``titles``; all but the first column hold numbers."""


class TerminalNarrator(Narrator):
    """Writes with rich: live bars on a terminal, plain lines in a log."""

    def __init__(self, console: Console | None = None) -> None:
        from rich.console import Console as RichConsole

        self.console = console or RichConsole(highlight=False)
        self._headed, self._second = False, ("accuracy", "accuracy")
        self._warned: set[str] = set()

    def say(self, text: str) -> None:
        from rich.markup import escape

        self.console.print(escape(harmless(text)), soft_wrap=True)

    def warn(self, text: str) -> None:
        """Tell it once: the runs of a series have the same files and the same faults."""
        from rich.markup import escape

        if text in self._warned:
            return
        self._warned.add(text)
        mark = "warning" if text.startswith("warning: ") else "note"
        self.console.print(f"[yellow]{mark}:[/] {escape(harmless(text.removeprefix('warning: ')))}", soft_wrap=True)

    @contextlib.contextmanager
    def steps(self, title: str, total: int) -> Iterator[Advance]:
        from rich import progress
        from rich.markup import escape

        columns = (
            progress.TextColumn("{task.description}"),
            progress.BarColumn(bar_width=24),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[rate]}"),
            progress.TimeRemainingColumn(),
            progress.TextColumn("[dim]{task.fields[now]}", table_column=None),
        )
        if not self.console.is_terminal:
            yield lambda _: None
            return
        with progress.Progress(*columns, console=self.console, transient=True) as bar:
            task = bar.add_task(title, total=total, rate="", now="")

            def advance(name: str) -> None:
                bar.advance(task)
                speed = bar.tasks[0].speed
                bar.update(task, rate=f"{speed:.1f}/s" if speed else "", now=escape(shown(name[-40:])))

            yield advance

    def epoch(self, line: Mapping[str, float], epochs: int) -> None:
        if not self._headed and "accuracy" not in line and "mean_average_precision" in line:
            # Where clips have several labels there is no accuracy.
            self._second = ("mean_average_precision", "mAP")
        shown = ("train_loss", "loss", self._second[0], "macro_f1", "lr", "epoch_s")
        if not self._headed:
            titles = ("train loss", "valid loss", self._second[1], "macro F1", "lr", "seconds")
            self.console.print("[dim]  epoch " + "".join(f"{title:>11}" for title in titles), soft_wrap=True)
            self._headed = True
        cells = "".join(f"{line[name]:>11.4g}" if name in line else f"{'-':>11}" for name in shown)
        best = "  [green]best[/]" if line.get("best_epoch") == line["epoch"] else ""
        self.console.print(f"{int(line['epoch']):>3}/{epochs:<4}{cells}{best}", soft_wrap=True)

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        if not self.console.is_terminal:
            widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
            for first, *numbers in (titles, *rows):
                cells = (cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True))
                self.console.print(Text("  ".join([first.ljust(widths[0]), *cells]).rstrip()), soft_wrap=True)
            return
        shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for index, title in enumerate(titles):
            shown.add_column(title, justify="right" if index else "left")
        for row in rows:
            shown.add_row(*map(Text, row))
        self.console.print(shown)
