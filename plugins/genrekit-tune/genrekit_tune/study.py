"""A study in a folder: trials, each claimed by one process, taken over when that process is gone.

Optuna keeps the trials in SQLite. Two kinds of locks, of the operating system and so gone with their process, make
several processes work on one study: one for whoever claims a trial, and one for each trial that goes on.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from filelock import FileLock, Timeout

from genrekit import atomic
from genrekit.comparison.recipes import differences
from genrekit.errors import GenrekitError
from genrekit.randomness import torch_seed
from genrekit.recipe import Recipe
from genrekit_tune.substitution import resolved
from genrekit_tune.suggestion import Search, suggest
from genrekit_tune.table import Tune

if TYPE_CHECKING:
    import optuna

DATABASE, RECIPE = "study.db", "recipe"
ATTEMPTS, MOST_ATTEMPTS = "attempts", 3
"""A trial that took its process with it so often has failed."""
WAIT_S = 120
"""How long a process waits for another that writes to the database."""


@dataclass(frozen=True)
class Claim:
    """A trial that this process is to run, or to go on with. ``params`` are Optuna's, by option."""

    trial: optuna.Trial
    params: dict[str, Any]
    resumed: bool
    lock: FileLock

    @property
    def number(self) -> int:
        """Trials count from 0."""
        return self.trial.number


@dataclass
class Study:
    """All trials of one recipe."""

    folder: Path
    recipe: Recipe
    tune: Tune
    search: Search
    direction: Literal["maximize", "minimize"]
    trials: optuna.Study = field(init=False)

    def __post_init__(self) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        atomic.make_folder(self.folder / "locks")
        with self._alone():
            storage = optuna.storages.RDBStorage(
                f"sqlite:///{self.folder / DATABASE}", engine_kwargs={"connect_args": {"timeout": WAIT_S}}
            )
            self.trials = optuna.create_study(
                study_name="tune", storage=storage, direction=self.direction, load_if_exists=True, pruner=self._pruner()
            )
            self._check_same()

    @property
    def budget(self) -> int:
        """How many trials there will be."""
        return min(self.tune.trials, len(self.search.grid())) if self.tune.sampler == "grid" else self.tune.trials

    def _alone(self) -> FileLock:
        return FileLock(self.folder / "locks" / "claim", timeout=WAIT_S)

    def _check_same(self) -> None:
        """What the trials have in common must not have changed since the first."""
        now = resolved(self.recipe)
        now["tune"].pop("trials")
        before = self.trials.user_attrs.get(RECIPE)
        if before is None:
            self.trials.set_user_attr(RECIPE, now)
        elif before != now:
            changed = [f"{path} was {old}, is {new}" for path, (old, new) in differences([before, now], []).items()]
            raise GenrekitError(
                f"the study in {self.folder} is of another recipe",
                why="; ".join(changed[:5]) or "an option stands elsewhere",
                hint="--study FOLDER begins a new one",
            )

    def _pruner(self) -> optuna.pruners.BasePruner:
        from optuna import pruners

        if self.tune.pruner == "median":
            # Optuna asks after an epoch, and epochs count from 1.
            return pruners.MedianPruner(self.tune.warmup_trials, self.tune.warmup_epochs + 1)
        if self.tune.pruner == "hyperband":
            return pruners.HyperbandPruner(min_resource=1, max_resource=self.recipe.train.epochs)
        return pruners.NopPruner()

    def _sampler(self, number: int) -> optuna.samplers.BaseSampler:
        """Seeded for each trial by itself, so that a study that is resumed goes on as if it had not been."""
        from optuna import samplers

        seed = torch_seed(self.recipe.seed, "tune", number) % 2**32
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return samplers.TPESampler(seed=seed) if self.tune.sampler == "tpe" else samplers.RandomSampler(seed=seed)

    def claims(self) -> Iterator[Claim]:
        """Trials to run, one after another, until as many as wanted are done or taken by others."""
        while claim := self._claim():
            try:
                yield claim
            finally:
                claim.lock.release(force=True)

    def _claim(self) -> Claim | None:
        import optuna

        with self._alone():
            known = self.trials.get_trials(deepcopy=False)
            for trial in known:
                if trial.state == optuna.trial.TrialState.RUNNING and (claim := self._taken_over(trial)):
                    return claim
            begun = [trial for trial in known if trial.state != optuna.trial.TrialState.WAITING]
            if len(begun) >= self.budget:
                return None
            return self._new(len(begun), waiting=len(known) > len(begun))

    def _new(self, number: int, waiting: bool) -> Claim:
        self.trials.sampler = self._sampler(number)
        fixed = self._fixed(number)
        if fixed and not waiting:
            self.trials.enqueue_trial(fixed)
        trial = self.trials.ask()
        lock = self._lock(trial.number)
        lock.acquire(timeout=WAIT_S)
        return self._suggested(trial, lock, resumed=False)

    def _fixed(self, number: int) -> dict[str, Any]:
        """Parameters that are not for the sampler to choose."""
        if self.tune.sampler == "grid":
            return self.search.grid()[number]
        return self.search.of_recipe(self.recipe) if number == 0 and self.tune.start_from_recipe else {}

    def _taken_over(self, trial: optuna.trial.FrozenTrial) -> Claim | None:
        """A trial whose process is gone; None if it goes on, or has taken too many processes with it."""
        import optuna

        lock = self._lock(trial.number)
        with contextlib.suppress(Timeout):
            lock.acquire(timeout=0)
            attempts = trial.user_attrs.get(ATTEMPTS, 1)
            if attempts >= MOST_ATTEMPTS:
                self._give_up(trial, attempts)
                lock.release()
                return None
            self.trials.sampler = self._sampler(trial.number)
            again = optuna.Trial(self.trials, trial._trial_id)
            again.set_user_attr(ATTEMPTS, attempts + 1)
            return self._suggested(again, lock, resumed=True)
        return None

    def _give_up(self, trial: optuna.trial.FrozenTrial, attempts: int) -> None:
        import optuna

        again = optuna.Trial(self.trials, trial._trial_id)
        again.set_user_attr("error", f"its process ended without a word, {attempts} times")
        self.trials.tell(trial.number, state=optuna.trial.TrialState.FAIL)

    def _suggested(self, trial: optuna.Trial, lock: FileLock, resumed: bool) -> Claim:
        return Claim(trial, suggest(trial, self.search), resumed, lock)

    def _lock(self, number: int) -> FileLock:
        return FileLock(self.folder / "locks" / str(number))
