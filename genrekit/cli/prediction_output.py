"""Where predictions are written, and how."""

from __future__ import annotations

import contextlib
import enum
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from genrekit.errors import GenrekitError

if TYPE_CHECKING:
    from genrekit.answers import Prediction, Window


class Format(enum.StrEnum):
    """How predictions are written."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


@dataclass(frozen=True)
class PredictionOutput:
    """Standard output or a file. ``format`` None: as the file's name says, else a table."""

    path: Path | None
    format: Format | None
    timeline: bool
    top: int
    several: bool = False
    """Whether a recording may have several labels: the table then shows those that are given."""

    @property
    def table(self) -> Path | None:
        """The file that is written, where links lead to; None if it is no file, but a device or a pipe, or a folder."""
        if self.path is None or (self.path.exists() and not self.path.is_file()):
            return None
        return self.path.resolve()

    def write(self, answers: Iterable[Window | Prediction], labels: Sequence[str]) -> int:
        """Write all of them as they come; returns how many files failed."""
        from genrekit.cli.prediction_files import write_csv, write_json
        from genrekit.cli.prediction_table import PredictionTable

        chosen = self.format or self._format_of_name()
        if chosen is Format.parquet:
            return self._write_parquet(answers, labels)
        with _stream(self.path) as stream:
            match chosen:
                case Format.json | Format.jsonl:
                    return write_json(answers, stream, self.timeline, lines=chosen is Format.jsonl)
                case Format.csv:
                    return write_csv(answers, stream, labels, self.timeline)
                case _:
                    return PredictionTable(stream, labels, self.top, self.several).write(answers)

    def _write_parquet(self, answers: Iterable[Window | Prediction], labels: Sequence[str]) -> int:
        from genrekit.cli.prediction_parquet import write_parquet

        if self.path is None:
            raise GenrekitError("Parquet is not for the terminal", hint="--out FILE.parquet")
        with written(self.path), _place(self.path) as place:
            return write_parquet(answers, place, labels, self.timeline)

    def _format_of_name(self) -> Format:
        suffix = self.path.suffix.lower().removeprefix(".") if self.path else ""
        return Format(suffix) if suffix in list(Format) else Format.table


@contextlib.contextmanager
def _stream(path: Path | None) -> Iterator[IO[str]]:
    if path is None:
        yield sys.stdout
        return
    # File names may hold what UTF-8 does not.
    with (
        written(path),
        _place(path) as place,
        place.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream,
    ):
        yield stream


@contextlib.contextmanager
def written(path: Path) -> Iterator[None]:
    """Tells people what became of ``path``."""
    try:
        yield
    except OSError as error:
        raise GenrekitError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None


def _place(path: Path) -> contextlib.AbstractContextManager[Path]:
    """A file appears once it is complete; a device, a pipe or a folder must not be replaced."""
    from genrekit.atomic import replacing

    return contextlib.nullcontext(path) if path.exists() and not path.is_file() else replacing(path.resolve())
