"""The runs of a series, several at once on one machine."""

from __future__ import annotations

import contextlib
import re
import signal
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from genrekit.errors import TrainingError
from genrekit.headline import headline
from genrekit.pipeline import Run, RunResult, way_on
from genrekit.plugin_choice import choice
from genrekit.run_folder import METRICS
from genrekit.run_lock import alone_in
from genrekit.series.files import read_json
from genrekit.series.members import Member
from genrekit.series.side_by_side import LOG, Process, resuming, side_by_side
from genrekit.setting import Setting
from genrekit.unreported import EXIT_CODE as UNREPORTED

INTERRUPTED = 130

_NOTE = re.compile(r"^(note|warning): (.+)$", re.MULTILINE)


@dataclass
class SeriesJobs:
    """Runs in the series' ``folder``. ``described`` gives a member's run, with its run folder's recipe written."""

    folder: Path
    setting: Setting
    described: Callable[[Member], Run]
    _logged: dict[Path, int] = field(default_factory=dict)
    """The size of each log when its process was started: what stands before is of an earlier attempt."""

    def results(self, members: Sequence[Member]) -> Generator[tuple[Member, RunResult]]:
        """Each member's result as it ends, in whatever order; raises `TrainingError` when one could not be finished."""
        told = self.setting.narrator
        by_folder = {self.folder / member.folder: member for member in members}
        first, *_ = [self.described(member) for member in members]
        with alone_in(first.folder.path, told.warn):
            # This process fills the store for all.
            first.prepare()
        failed: list[tuple[Member, int]] = []
        ending = side_by_side(by_folder, self.setting.jobs, self._start, _has_a_model, self._stopping)
        with told.steps("runs", len(members)) as advance, contextlib.closing(ending) as ended:
            for path, code in ended:
                member = by_folder[path]
                advance(member.title)
                self._tell_notes(path)
                if code == INTERRUPTED or _has_a_model(code):
                    yield member, self._result(member, code)
                else:
                    told.warn(f"warning: {member.title} {_end(code)}; those that run go on to their end")
                    failed.append((member, code))
        if failed:
            raise self._error(*failed[0])

    def _start(self, path: Path) -> Process:
        log = path / LOG
        self._logged[path] = log.stat().st_size if log.exists() else 0
        return resuming(path, ["--store", str(self.setting.store.root), *choice().arguments()])

    def _stopping(self) -> None:
        self.setting.narrator.say("stopping: those that run put away what they have")

    def _said(self, path: Path) -> str:
        with (path / LOG).open("rb") as log:
            log.seek(self._logged[path])
            return log.read().decode("utf-8", errors="replace")

    def _tell_notes(self, path: Path) -> None:
        """What people should know of a run; the narrator tells once what several runs say."""
        for mark, note in _NOTE.findall(self._said(path)):
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
        last = self._said(path).strip().splitlines()[-5:]
        killed = code == -signal.SIGKILL.value if hasattr(signal, "SIGKILL") else False
        memory = "whatever ends processes where memory is short does it so: fewer --jobs take less"
        return TrainingError(
            f"{member.title} could not be finished: it {_end(code)}",
            where=str(path / LOG),
            why=memory if killed else "; ".join(line.strip() for line in last) or None,
            hint=f"{way_on(self.folder)} --jobs {self.setting.jobs}",
        )


def _has_a_model(code: int) -> bool:
    return code in {0, UNREPORTED}


def _end(code: int) -> str:
    """``ended with exit code 2``; ``was ended by SIGKILL``."""
    with contextlib.suppress(ValueError):
        if code < 0:
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
