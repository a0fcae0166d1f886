"""Bulk predictions killed at a line of genrekit's code, gone on with, and compared with one that was let be.

    python kill_predictions.py FOLDER KILLS

Each is a process of its own that sends itself SIGKILL at the n-th line it comes to, n spread evenly over all of them;
every fifth is killed twice more. Prints how many tables differ from the first, and how many lines there were.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from bulk_predicting import LABELS, Bulk, Told

import genrekit
from genrekit.bulk import Answers, examined, predict_into
from genrekit.cli.prediction_output import Format, PredictionOutput

OURS = str(Path(genrekit.__file__).parent)
FILES = 75


class Lines:
    """Counts the lines of genrekit that are come to; the last one is the end."""

    def __init__(self, last: int) -> None:
        self.last, self.count = last, 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        if event == "line":
            self.count += 1
            if self.count == self.last:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def predict(bulk: Bulk, lines: Lines | None = None) -> None:
    """Predict all."""
    output = PredictionOutput(bulk.table, Format.csv, True, 3)

    def write(answers: Answers) -> int:
        return output.write(answers, LABELS)

    sys.settrace(lines)
    recordings = examined(sorted((bulk.folder / "in").iterdir()))
    with contextlib.redirect_stderr(io.StringIO()):
        predict_into(bulk.table, recordings, bulk.made_with, Told(windows=True), write)
    sys.settrace(None)


def killed(bulk: Bulk, last: int) -> bool:
    """Whether a process of its own came to that line."""
    child = os.fork()
    if not child:
        predict(bulk, Lines(last))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def fresh(bulk: Bulk) -> None:
    for path in bulk.folder.iterdir():
        if path.is_file():
            path.unlink()


def instants(lines: int, kills: int) -> Iterator[list[int]]:
    """The lines at which each prediction is killed, once or three times."""
    draw = random.Random(0)
    for number in range(kills):
        more = [draw.randrange(1, lines) for _ in range(2 * (number % 5 == 0))]
        yield [1 + number * (lines - 1) // (kills - 1), *more]


def main(folder: Path, kills: int) -> None:
    bulk = Bulk(folder)
    for number in range(FILES):
        bulk.hold(f"{number:02}", "text" if number % 20 == 7 else f"{number} {number % 7}")
    predict(bulk)  # the first time, modules are imported and caches filled
    whole, different, lines = bulk.table.read_bytes(), 0, Lines(0)
    fresh(bulk)
    predict(bulk, lines)
    for at in instants(lines.count, kills):
        fresh(bulk)
        assert killed(bulk, at[0])
        for line in at[1:]:
            killed(bulk, line)
        predict(bulk)
        different += bulk.table.read_bytes() != whole
    shutil.rmtree(folder)
    print(different, lines.count)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
