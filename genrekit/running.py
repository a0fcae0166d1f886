"""A run, from recipe to bundle: the order of things, each done elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit import hardware
from genrekit import recipe as recipes
from genrekit.clips import Clips
from genrekit.console import Narrator
from genrekit.errors import DataError, GenrekitError
from genrekit.events import EpochEnded, RunEnded, RunStarted
from genrekit.plugins import Plugins, installed
from genrekit.profile import Profile
from genrekit.recipe import Recipe
from genrekit.run_folder import RunFolder
from genrekit.store import Store, default_root

if TYPE_CHECKING:
    from genrekit.clip_preparation import Stage
    from genrekit.preparation import Preparation
    from genrekit.training import Training


@dataclass(frozen=True)
class RunResult:
    """``metrics`` is the content of ``metrics.json``; ``interrupted`` says that Ctrl-C ended training early."""

    folder: Path
    metrics: dict[str, Any]
    interrupted: bool


def run_recipe(
    recipe: str | Path,
    *,
    overrides: Iterable[str] = (),
    runs: str | Path = "runs",
    store: str | Path | None = None,
    narrator: Narrator | None = None,
    profile: bool = False,
) -> RunResult:
    """Train what a recipe says. Raises `GenrekitError` for whatever the user can mend.

    ``overrides`` are ``"train.epochs=3"`` strings; ``runs`` is where run folders are made; ``store`` is where features
    are kept (None: ``$GENREKIT_STORE`` or the user's cache); ``profile`` says where the time went, at the end and in
    ``profile.json``.
    """
    loaded = recipes.load(recipe, overrides)
    clips = split_clips(loaded)
    folder = RunFolder.create(Path(runs), loaded.name)
    run = Run(hardware.resolve(loaded), clips, folder, Path(runs), _store(store), narrator or Narrator(), installed())
    run.describe()
    return run.go(profile)


def resume_run(folder: str | Path, *, store: str | Path | None = None, narrator: Narrator | None = None) -> RunResult:
    """Go on with a run that was interrupted, exactly as if it had not been."""
    path = Path(folder).resolve()
    if not (path / "recipe.toml").is_file():
        raise GenrekitError(f"{folder} is not a run folder: it holds no recipe.toml", hint="genrekit run RECIPE")
    loaded = recipes.load(path / "recipe.toml")
    clips = split_clips(loaded)
    runs = path.parent.parent
    run = Run(
        hardware.resolve(loaded), clips, RunFolder(path), runs, _store(store), narrator or Narrator(), installed()
    )
    return run.go()


def _store(root: str | Path | None) -> Store:
    return Store(Path(root) if root else default_root())


def split_clips(recipe: Recipe) -> Clips:
    """The recipe's clips, each with its part."""
    clips = recipe.dataset.clips()
    if not len(clips):
        raise DataError(f"[dataset] {recipe.dataset.use} found no clips")
    clips.single_labels()
    if len(clips.labels()) < 2:
        raise DataError(f"all {len(clips)} clips have the label '{clips.labels()[0]}': there is nothing to tell apart")
    clips = recipe.split.split(clips, recipe.seed)
    counts = clips.counts()
    if not counts["train"] or not counts["validation"]:
        raise DataError(
            f"[split] {recipe.split.use} left {counts['train']} clips to train and {counts['validation']} to validate",
            why="training chooses its best epoch on the validation clips",
        )
    return clips


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
    profile: Profile = field(default_factory=Profile)

    def describe(self) -> None:
        """Write down what is about to be done."""
        self.folder.write_text("recipe.toml", recipes.dump(self.recipe))
        self.folder.write_json("environment.json", hardware.describe(self.plugins.versions()))

    def go(self, profile: bool = False) -> RunResult:
        """Prepare, train, evaluate, export; tells plugins how it ended."""
        if profile and self.recipe.train.device == "cuda":
            self.profile.settle = hardware.wait_for_gpu
        self.plugins.hooks.hook.run_started(event=RunStarted(self.recipe, self.folder.path))
        status, metrics = "failed", dict[str, Any]()
        try:
            result = self._go()
            status, metrics = "interrupted" if result.interrupted else "finished", result.metrics
            if profile:
                self._tell_profile()
            return result
        except KeyboardInterrupt:
            status = "interrupted"
            self.narrator.say(f"\nstopped. Go on with: genrekit run --resume {self.folder.path}")
            raise
        finally:
            self.plugins.hooks.hook.run_ended(event=RunEnded(self.folder.path, status, metrics))  # type: ignore[arg-type]

    def _tell_profile(self) -> None:
        self.folder.write_json("profile.json", self.profile.as_json())
        for line in self.profile.lines():
            self.narrator.say(line)

    def _go(self) -> RunResult:
        from genrekit.finishing import Finishing

        self._introduce()
        preparation = self._prepare()
        training = self._training(preparation)
        interrupted = self._fit(training)
        result = Finishing(self, training, preparation).finish()
        self.folder.make_latest(self.runs)
        return RunResult(self.folder.path, result, interrupted)

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

    def _prepare(self) -> Preparation:
        from genrekit.data_record import check_usable, record
        from genrekit.preparation import prepare

        used = sum(self.clips.counts().values())
        with self.narrator.steps("audio", used) as advance:
            preparation = prepare(
                self.clips,
                self.recipe.features,
                self.stage,
                self.recipe.executor,
                self.store,
                lambda done: advance(Path(done.path).name),
            )
        for result in preparation.results.values():
            self.profile.add_all(result.seconds)
        record(self.folder, self.clips, preparation, self.narrator)
        check_usable(self.clips, preparation)
        return preparation

    def _training(self, preparation: Preparation) -> Training:
        import torch
        from accelerate import Accelerator

        from genrekit.examples import examples_of
        from genrekit.features import Featurizer, measure_shape
        from genrekit.hardware import memory_format
        from genrekit.randomness import torch_seed
        from genrekit.training import Training

        recipe, labels = self.recipe, self.clips.labels()
        torch.set_num_threads(recipe.train.threads or 1)
        accelerator = Accelerator(cpu=recipe.train.device == "cpu")
        module = recipe.features.build().eval()
        shape = measure_shape(recipe.features, module)
        recipe.model.check(shape, len(labels))
        torch.manual_seed(torch_seed(recipe.seed, "weights"))
        network = memory_format(recipe.model.build(shape, len(labels)).to(accelerator.device))
        parts = [part for part, count in self.clips.counts().items() if count]
        examples = {part: examples_of(part, self.clips, labels, preparation, self.store) for part in parts}
        featurizer = Featurizer(module.to(accelerator.device), self.stage, accelerator.device)
        training = Training(
            recipe,
            self.clips,
            labels,
            examples,
            network,
            featurizer,
            accelerator,
            self.folder.path,
            self._epoch_ended,
            self.narrator.steps,
            self.profile,
        )
        training.resume()
        return training

    def _epoch_ended(self, line: dict[str, float]) -> str | None:
        self.narrator.epoch(line, self.recipe.train.epochs)
        event = EpochEnded(self.folder.path, int(line["epoch"]), dict(line))
        self.plugins.hooks.hook.epoch_ended(event=event)
        return event.stop

    def _fit(self, training: Training) -> bool:
        """Train; True if Ctrl-C ended it after at least one epoch, so that there is a best model to keep."""
        try:
            training.fit()
        except KeyboardInterrupt:
            if not training.history:
                raise
            self.narrator.say(
                f"\nstopped in epoch {training.progress.epoch + 1}; keeping epoch {training.progress.best_epoch}. "
                f"Go on with: genrekit run --resume {self.folder.path}"
            )
            return True
        if training.progress.stopped:
            self.narrator.say(f"stopped early: {training.progress.stopped}")
        return False
