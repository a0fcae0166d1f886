"""A series of runs in one folder: the folds of a cross-validation, several seeds, or both. Resumable.

``summary.json`` is the plan and, once runs have finished, their figures; each run has a run folder of its own inside.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from genrekit.clips import Clips
from genrekit.errors import one_line
from genrekit.pipeline import Run, RunResult, way_on
from genrekit.predictions_file import PREDICTIONS
from genrekit.recipe import Recipe
from genrekit.run_folder import METRICS, RunFolder
from genrekit.run_lock import alone_in
from genrekit.series.files import SUMMARY, read_json
from genrekit.series.members import Member
from genrekit.setting import Setting
from genrekit.splitting import split_clips
from genrekit.unreported import without_report


@dataclass
class Series:
    """A series on its way. ``plan`` is what was decided when it was started."""

    recipe: Recipe
    clips: Clips
    members: list[Member]
    plan: dict[str, Any]
    folder: RunFolder
    setting: Setting
    unreported: str | None = None
    """Why a run, or all of it, has no report."""

    def go(self) -> RunResult:
        """Make every run that is not finished yet; a run that Ctrl-C ends is the last. Nobody else works on it then."""
        with contextlib.ExitStack() as stack:
            path, warn = self.folder.path, self.setting.narrator.warn
            self.setting.processes.by_first(lambda: stack.enter_context(alone_in(path, warn)))
            return self._go_on()

    def _go_on(self) -> RunResult:
        told = self.setting.narrator
        done = self._finished()
        if self._first:
            self._summarize(done)
        told.say(f"{self.recipe.name}: {len(self.members)} runs in {self.folder.path}{_already(done)}{self._at_once}")
        try:
            interrupted = self._go(done)
        except KeyboardInterrupt:
            told.say(f"\nstopped; {len(done)} of {len(self.members)} runs are finished. Go on with: {self._way_on}")
            raise
        return self._result(done, interrupted)

    def _go(self, done: list[Member]) -> bool:
        """Run what is not in ``done``, which grows; True if Ctrl-C ended a run early."""
        left = [member for member in self.members if member not in done]
        going = self._side_by_side(left) if self.setting.jobs > 1 and left else self._in_turn(left)
        with contextlib.closing(going) as results:
            for member, result in results:
                if result.interrupted:
                    return True
                self._note(member, result, done)
        return False

    def _note(self, member: Member, result: RunResult, done: list[Member]) -> None:
        done.append(member)
        # What is written does not depend on which ended first.
        done.sort(key=self.members.index)
        self.unreported = self.unreported or result.unreported
        if self._first:
            self._summarize(done)
            if self.folder.path.parent.name == self.recipe.name:
                self.folder.make_latest(self.setting.runs)

    def _in_turn(self, left: Sequence[Member]) -> Generator[tuple[Member, RunResult]]:
        for member in left:
            number = self.members.index(member) + 1
            self.setting.narrator.say(f"\n{member.title}: run {number} of {len(self.members)}")
            yield member, self._run(member)

    def _side_by_side(self, left: Sequence[Member]) -> Generator[tuple[Member, RunResult]]:
        from genrekit.series.jobs import SeriesJobs

        return SeriesJobs(self.folder.path, self.setting, self._described).results(left)

    def _run(self, member: Member) -> RunResult:
        result = self._described(member).go(self.setting.profile)
        # A network and its optimizer are held by cycles; the next run's would stand beside them on the device.
        gc.collect()
        return result

    def _described(self, member: Member) -> Run:
        """Its run, and what it is about to do written into its run folder."""
        folder = RunFolder(self.folder.path / member.folder)
        run = self.setting.run(member.recipe, split_clips(member.recipe, self.clips), folder, self.folder.path)
        if self._first and not (folder.path / "recipe.toml").exists():
            run.describe()
        return run

    def _finished(self) -> list[Member]:
        epochs = self.recipe.train.epochs
        there = {m.folder for m in self.members if RunFolder(self.folder.path / m.folder).finished(epochs)}
        agreed = self.setting.processes.agree(there)
        return [member for member in self.members if member.folder in agreed]

    def _summarize(self, done: Sequence[Member]) -> None:
        """Write what is known so far: after each run, so that an end by force loses nothing."""
        from genrekit.pooling import pooled_rows
        from genrekit.series.summary import summarize

        summary, metrics = summarize(self.folder, self.recipe, self.members, done)
        self.folder.write_json(SUMMARY, self.plan | summary)
        if done:
            self.folder.write_json(METRICS, metrics)
            folders = [self.folder.path / member.folder for member in done]
            self.folder.write_csv(PREDICTIONS, pooled_rows(folders, summary["part"]))

    def _result(self, done: Sequence[Member], interrupted: bool) -> RunResult:
        summary, metrics = ({}, {}) if not done else self.setting.processes.agree(self._read())
        if self._first and done:
            self._report(summary, metrics)
        return RunResult(self.folder.path, metrics, interrupted, summary, self.unreported)

    def _report(self, summary: dict[str, Any], metrics: dict[str, Any]) -> None:
        """The table and the page; that the page cannot be made takes nothing from the runs."""
        from genrekit.series.report import tell, write_report

        narrator, path = self.setting.narrator, self.folder.path
        tell(narrator, summary, metrics)
        try:
            write_report(self.folder, self.recipe, summary, metrics, narrator.warn)
            narrator.say(f"report {path / 'report.html'}")
        except Exception as error:  # whatever it is
            self.unreported = one_line(error)
            narrator.warn(without_report(path, self.unreported))

    def _read(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return read_json(self.folder.path / SUMMARY), read_json(self.folder.path / METRICS)

    @property
    def _at_once(self) -> str:
        return f", {self.setting.jobs} side by side" if self.setting.jobs > 1 else ""

    @property
    def _first(self) -> bool:
        return self.setting.processes.first

    @property
    def _way_on(self) -> str:
        return way_on(self.folder.path)


def _already(done: Sequence[Member]) -> str:
    return f", {len(done)} of them finished" if done else ""
