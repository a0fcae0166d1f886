"""Bulk prediction without a model or audio: how loud a file's bytes say it is."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from genrekit.answers import Prediction, Window
from genrekit.bulk import examined, predict_into
from genrekit.cli.prediction_files import write_csv

LABELS = ["a", "b"]


@dataclass
class Told:
    """Answers each group; remembers the groups, and calls ``before`` with each file."""

    windows: bool = False
    before: Callable[[str], None] = lambda path: None
    groups: list[list[str]] = field(default_factory=list)

    def __call__(self, groups: Iterable[list[str]]) -> Iterator[Window | Prediction]:
        for group in groups:
            self.groups.append(group)
            for path in group:
                self.before(path)
                yield from answer(path, self.windows)

    @property
    def files(self) -> list[str]:
        return [path for group in self.groups for path in group]


def answer(path: str, windows: bool = False) -> Iterator[Window | Prediction]:
    """A file's bytes are a share in percent for each window; text fails."""
    try:
        shares = [int(part) / 100 for part in Path(path).read_bytes().split()]
    except (OSError, ValueError) as error:
        yield Prediction(path, "failed", None, None, {}, 0, 0.0, type(error).__name__)
        return
    for second, share in enumerate(shares if windows else []):
        yield Window(path, second, second + 1, "a", share, {"a": share, "b": 1 - share}, ("a",))
    mean = sum(shares) / len(shares)
    yield Prediction(path, "ok", "a", mean, {"a": mean, "b": 1 - mean}, len(shares), len(shares), labels=("a",))


@dataclass
class Bulk:
    """A folder of such files, and the table that is made of them."""

    folder: Path
    made_with: dict[str, Any] = field(default_factory=lambda: {"model": "m", "threshold": None, "timeline": False})

    @property
    def table(self) -> Path:
        return self.folder / "table.csv"

    @property
    def journal(self) -> Path:
        return self.folder / "table.csv.journal"

    def hold(self, name: str, content: str) -> Path:
        path = self.folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    def predict(self, told: Told, **options: Any) -> int:
        files = sorted((self.folder / "in").iterdir())

        def write(answers: Iterator[Window | Prediction]) -> int:
            stream = io.StringIO()
            failed = write_csv(answers, stream, LABELS, told.windows)
            self.table.write_text(stream.getvalue())
            return failed

        return predict_into(self.table, examined(files), self.made_with, told, write, **options)
