"""The journal beside a table of predictions: every answer as soon as it is there.

One line says what the answers are made with, then there is one for each file, behind those of its windows if they are
wanted. A file's line tells size and time of what was read: what has changed since is not answered. Files come in any
order. Killed at any instant, a journal loses the answers that were not written yet, and nothing else.
"""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from genrekit.answers import Prediction, Window
from genrekit.bulk.journal_lines import Record, as_answer, as_record, encoded, records
from genrekit.bulk.recordings import Group, Recording, groups

SYNC_S = 5.0
"""A power cut may take the answers of this long; a kill takes none that were written."""

NOT_YET = -1


class Journal:
    """An open journal of ``recordings``; what it holds of other files is passed over."""

    def __init__(self, path: Path, file: IO[bytes], recordings: list[Recording], retry_failed: bool = False) -> None:
        """``file`` stands behind the header."""
        self.path, self.file, self.recordings = path, file, recordings
        self.numbers = {recording.path: number for number, recording in enumerate(recordings)}
        self.starts = array("q", [NOT_YET]) * len(recordings)
        self.retry_failed = retry_failed
        self.end = self._replay(file.tell())
        self.begin = self.end
        self.synced_s = time.monotonic()
        file.truncate(self.end)
        file.seek(self.end)

    def _replay(self, end: int) -> int:
        """Learn what is answered; returns where the last whole answer ends."""
        begin = at = end
        for record, length in records(self.file):
            at += length
            if "window" not in record:
                self._learn(record, begin)
                begin = at
        return begin

    def _learn(self, record: Record, begin: int) -> None:
        number = self.numbers.get(record.get("file", {}).get("path"))
        if number is None:
            return
        known = self.recordings[number]
        outdated = [record["size"], record["mtime_ns"]] != [known.size, known.mtime_ns]
        again = self.retry_failed and record["file"]["status"] == "failed"
        self.starts[number] = NOT_YET if outdated or again else begin

    @property
    def answered(self) -> int:
        """How many files are."""
        return len(self.starts) - self.starts.count(NOT_YET)

    def pending(self, alone: bool = False) -> Iterator[Group]:
        """The groups of which not every file is answered; ``alone``: of one file each."""
        found = ([number] for number in range(len(self.starts))) if alone else groups(self.recordings)
        return (group for group in found if any(self.starts[number] == NOT_YET for number in group))

    def add(self, answers: Iterable[Window | Prediction]) -> None:
        """Write answers down as they come: each file's windows, in order, and right behind them the file's own."""
        for answer in answers:
            if isinstance(answer, Window):
                self.end += self.file.write(encoded(as_record(answer)))
            else:
                self._conclude(answer)

    def _conclude(self, answer: Prediction) -> None:
        number = self.numbers[answer.path]
        _, size, mtime_ns = self.recordings[number]
        self.end += self.file.write(encoded(as_record(answer) | {"size": size, "mtime_ns": mtime_ns}))
        self.file.flush()
        self.starts[number], self.begin = self.begin, self.end
        if time.monotonic() > self.synced_s + SYNC_S:
            self.sync()

    def sync(self) -> None:
        """Bring what was written to the disk."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.synced_s = time.monotonic()

    def answers(self) -> Iterator[Window | Prediction]:
        """All answers in the order of the files, one by one from the disk."""
        with self.path.open("rb") as file:
            for start in self.starts:
                if file.tell() != start:
                    file.seek(start)
                for record, _ in records(file):
                    yield as_answer(record)
                    if "file" in record:
                        break
