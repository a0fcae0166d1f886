"""One run, from clips to bundle: the order of things, each done elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit import atomic, determinism, hardware
from genrekit import recipe as recipes
from genrekit.clips import Clips
from genrekit.console import Narrator
from genrekit.errors import one_line
from genrekit.events import EpochEnded, RunEnded, RunStarted
from genrekit.identities import settle
from genrekit.plugins import Plugins, installed
from genrekit.processes import Processes
from genrekit.profile import Profile
from genrekit.recipe import Recipe
from genrekit.run_folder import RunFolder
from genrekit.run_lock import alone_in
from genrekit.store import Store
from genrekit.telling import tell, tell_all

if TYPE_CHECKING:
    from genrekit.clip_preparation import Stage
    from genrekit.preparation import Preparation
    from genrekit.training import Training


@dataclass(frozen=True)
class RunResult:
    """``metrics`` is the content of ``metrics.json``; ``interrupted`` says that Ctrl-C ended training early.

    A run that was only to train has no metrics; its ``history.jsonl`` has what validation gave.

    ``summary`` is, of a series of runs (folds, seeds), the content of ``summary.json``.
    """

    folder: Path
    metrics: dict[str, Any]
    interrupted: bool
    summary: dict[str, Any] | None = None
    unreported: str | None = None
    """Why there is no report, where it could not be made: the model is there. `genrekit report` makes it again."""


@dataclass
class Run:
    """One run on its way."""

    recipe: Recipe
    clips: Clips
    folder: RunFolder
    runs: Path
    store: Store
    narrator: Narrator
    plugins: Plugins
    processes: Processes
    profile: Profile = field(default_factory=Profile)
    store_size: int | None = None
    series: Path | None = None
    """The folder of the series of runs that this is a part of."""
    finish: bool = True
    """False: training is all; no test figures, pictures, bundle or report. Resuming the run makes them."""
    pictures: list[Path] = field(default_factory=list)
    """What evaluators drew."""
    unreported: str | None = None
    """Why there is no report."""
    begun: bool = False
    """Whether the data are those that the run folder is for, and training is near."""

    def describe(self) -> None:
        """Write down what is about to be done."""
        self.folder.write_json("environment.json", hardware.describe(self.plugins.versions()))
        self.folder.write_text("recipe_as_written.toml", recipes.dump(self.recipe, as_written=True))
        # Last: a folder that has it can be resumed, and nobody writes the others again.
        self.folder.write_text("recipe.toml", recipes.dump(self.recipe))

    def go(self, profile: bool = False) -> RunResult:
        """Prepare, train, evaluate, export; tells plugins how it ended. Nobody else works in the run folder then."""
        with contextlib.ExitStack() as stack:
            self.processes.by_first(lambda: stack.enter_context(self._alone()))
            return self._told(profile)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with alone_in(self.folder.path, self.narrator.warn):
            atomic.sweep(self.folder.path)
            yield

    def _told(self, profile: bool) -> RunResult:
        if profile and self.recipe.train.device == "cuda":
            self.profile.settle = hardware.wait_for_gpu
        status, metrics, cause = "failed", dict[str, Any](), None
        try:
            self._tell(RunStarted(series=self.series, **self._about), "run_started")
            result = self._go()
            status, metrics = "interrupted" if result.interrupted else "finished", result.metrics
            if profile and self.processes.first:
                self._tell_profile()
            return result
        except KeyboardInterrupt:
            status = "interrupted"
            if self.series is None:
                self.narrator.say(f"\nstopped. Go on with: {way_on(self.folder.path)}")
            raise
        except BaseException as error:
            cause = one_line(error)
            raise
        finally:
            if self.begun:
                self._note(status)
            about: dict[str, Any] = {"status": status, "error": cause, "pictures": self.pictures}
            self._tell_end(RunEnded(metrics=metrics, **about, **self._about))

    @property
    def _about(self) -> dict[str, Any]:
        """What every event has."""
        return {"folder": self.folder.path, "recipe": self.recipe, "warn": self.narrator.warn}

    def _note(self, status: str) -> None:
        """Write down how far the run has come, for who goes on with it."""
        if self.processes.first:
            self.folder.note_status(status)

    def _tell(self, event: object, hook: str) -> None:
        """Tell plugins, once for all processes."""
        self.processes.by_first(lambda: tell(self.plugins, hook, event))

    def _tell_end(self, event: RunEnded) -> None:
        """What a plugin makes of the end does not change it."""
        for problem in tell_all(self.plugins, "run_ended", event) if self.processes.first else ():
            self.narrator.warn(problem)

    def _tell_profile(self) -> None:
        self.folder.write_json("profile.json", self.profile.as_json())
        for line in self.profile.lines():
            self.narrator.say(line)

    def _go(self) -> RunResult:
        from genrekit.assembly import assemble
        from genrekit.finishing import Finishing

        self._introduce()
        settle(self.folder, self.recipe, self.processes.first)
        preparation = self.prepare()
        # A resume that is refused before this leaves the run folder as it was.
        self.begun = True
        self._note("running")
        determinism.prepare(self.recipe.train.deterministic)
        training = assemble(self, preparation)
        with determinism.enforced(self.recipe.train.deterministic):
            interrupted = self._fit(training)
            if not self.finish:
                return RunResult(self.folder.path, {}, interrupted)
            outcomes = training.best_outcomes()
        metrics = self.processes.by_first(lambda: Finishing(self, training, preparation).finish(outcomes))
        if self.processes.first and self.folder.path.parent.name == self.recipe.name:
            self.folder.make_latest(self.runs)
        metrics = self.processes.agree(metrics or {})
        return RunResult(self.folder.path, metrics, interrupted, unreported=self.unreported)

    def _introduce(self) -> None:
        counts = ", ".join(f"{count} {part}" for part, count in self.clips.counts().items() if count)
        self.narrator.say(f"{self.recipe.name}: {len(self.clips)} clips, {len(self.clips.labels())} classes ({counts})")
        train = self.recipe.train
        self.narrator.say(f"{train.device}, {train.precision}, {train.threads} threads; run folder {self.folder.path}")
        for note in self.clips.notes:
            self.narrator.warn(note)

    @property
    def stage(self) -> Stage:
        """What is stored: features, unless something random changes the waveform before them."""
        return "waveform" if any(augmenter.on == "waveform" for augmenter in self.recipe.augment) else "features"

    def prepare(self) -> Preparation:
        """Fill the store, and write down what became of each clip."""
        from genrekit.data_record import check_usable, record, refuse_other_data

        # The others find in the store what the first has put there.
        preparation = self.processes.by_first(self._prepare_clips) or self._prepare_clips()
        for result in preparation.results.values():
            self.profile.add_all(result.seconds)
        refuse_other_data(self.folder, self.clips, preparation)
        if self.processes.first:
            record(self.folder, self.clips, preparation, self.narrator)
        check_usable(self.clips, preparation)
        self._limit_store(preparation)
        return preparation

    def _prepare_clips(self) -> Preparation:
        from genrekit.preparation import prepare

        used = sum(self.clips.counts().values())
        with self.narrator.steps("audio", used) as advance:
            return prepare(
                self.clips,
                self.recipe.features,
                self.stage,
                self.recipe.executor,
                self.store,
                lambda done: advance(Path(done.path).name),
                self.recipe.cutting(),
            )

    def _limit_store(self, preparation: Preparation) -> None:
        from genrekit.store_care import prune, size_text

        if self.store_size is None or not self.processes.first:
            return
        needed = {done.key for done in preparation.usable.values() if done.key}
        removed = prune(self.store, self.store_size, needed)
        if removed:
            freed = size_text(sum(item.size_bytes for item in removed))
            self.narrator.say(f"{len(removed)} items used longest ago left the store, {freed}")

    def epoch_ended(self, line: dict[str, float]) -> str | None:
        self.narrator.epoch(line, self.recipe.train.epochs)
        event = EpochEnded(epoch=int(line["epoch"]), metrics=dict(line), **self._about)
        self._tell(event, "epoch_ended")
        return self.processes.agree(event.stop)

    def _fit(self, training: Training) -> bool:
        """Train; True if Ctrl-C ended it after at least one epoch, so that there is a best model to keep."""
        try:
            training.fit()
        except KeyboardInterrupt:
            if not training.history:
                raise
            self.narrator.say(
                f"\nstopped in epoch {training.progress.epoch + 1}; keeping epoch {training.progress.best_epoch}. "
                f"Go on with: {way_on(self.series or self.folder.path)}"
            )
            return True
        if training.progress.stopped:
            self.narrator.say(f"stopped early: {training.progress.stopped}")
        return False


def way_on(folder: Path) -> str:
    """The command that resumes a run. A recipe does not say which local files its components are in."""
    local = [f" --plugin {plugin.distribution}" for plugin in installed().found if plugin.version == "local"]
    return f"genrekit run --resume {folder}{''.join(local)}"
