"""The runs of a series, several at once on one machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from genrekit.errors import TrainingError
from genrekit.headline import headline
from genrekit.members import Member
from genrekit.pipeline import Run, RunResult, way_on
from genrekit.plugins import environment
from genrekit.run_folder import METRICS
from genrekit.series_files import read_json
from genrekit.setting import Setting
from genrekit.side_by_side import LOG, Process, resuming, side_by_side
from genrekit.unreported import EXIT_CODE as UNREPORTED

INTERRUPTED = 130

_NOTE = re.compile(r"^(note|warning): (.+)$", re.MULTILINE)


@dataclass
class SeriesJobs:
    """Runs in the series' ``folder``. ``described`` gives a member's run, with its run folder's recipe written."""

    folder: Path
    setting: Setting
    described: Callable[[Member], Run]

    def results(self, members: Sequence[Member]) -> Iterator[tuple[Member, RunResult]]:
        """Each member's result as it ends, in whatever order; raises `TrainingError` when one could not be finished."""
        told = self.setting.narrator
        by_folder = {self.folder / member.folder: member for member in members}
        first, *_ = [self.described(member) for member in members]
        # This process fills the store for all.
        first.prepare()
        failed: list[tuple[Member, int]] = []
        with told.steps("runs", len(members)) as advance:
            ended = side_by_side(by_folder, self.setting.jobs, self._start, goes_on=_has_a_model)
            for path, code in ended:
                member = by_folder[path]
                advance(member.title)
                self._tell_notes(path)
                if code == INTERRUPTED or _has_a_model(code):
                    yield member, self._result(member, code)
                else:
                    told.warn(f"warning: {member.title} ended with exit code {code}; those that run go on to their end")
                    failed.append((member, code))
        if failed:
            raise self._error(*failed[0])

    def _start(self, path: Path) -> Process:
        return resuming(path, ["--store", str(self.setting.store.root)], environment())

    def _tell_notes(self, path: Path) -> None:
        """What people should know of a run; the narrator tells once what several runs say."""
        for mark, note in _NOTE.findall(_said(path)):
            self.setting.narrator.warn(f"warning: {note}" if mark == "warning" else note)

    def _result(self, member: Member, code: int) -> RunResult:
        path = self.folder / member.folder
        unreported = f"see {path / LOG}" if code == UNREPORTED else None
        metrics = {} if code == INTERRUPTED else read_json(path / METRICS)
        if metrics:
            figures = metrics.get("test") or metrics["validation"]
            self.setting.narrator.say(f"{member.title}: {headline(figures)}")
        return RunResult(path, metrics, code == INTERRUPTED, unreported=unreported)

    def _error(self, member: Member, code: int) -> TrainingError:
        path = self.folder / member.folder
        last = _said(path).strip().splitlines()[-5:]
        return TrainingError(
            f"{member.title} could not be finished: exit code {code}",
            where=str(path / LOG),
            why="; ".join(line.strip() for line in last) or None,
            hint=way_on(self.folder),
        )


def _has_a_model(code: int) -> bool:
    return code in {0, UNREPORTED}


def _said(path: Path) -> str:
    return (path / LOG).read_text(encoding="utf-8", errors="replace")
