"""The search: trial after trial, each a run of its own that trains and validates, and never sees the test part."""

from __future__ import annotations

import gc
import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from genrekit import atomic, history
from genrekit import recipe as recipes
from genrekit.console import Narrator
from genrekit.errors import GenrekitError, one_line
from genrekit.running import resume_run, run_recipe
from genrekit_tune.study import Claim, Study
from genrekit_tune.substitution import substituted
from genrekit_tune.suggestion import Search
from genrekit_tune.table import Tune
from genrekit_tune.watching import FOLDER, PRUNED, SearchError, Watcher, figure

if TYPE_CHECKING:
    from genrekit.pipeline import RunResult

FEWEST = 3
"""If so many trials have failed and none has not, the next would too."""


@dataclass
class Searching:
    """One process's work on a study."""

    study: Study
    metric: str
    store: Path | None
    narrator: Narrator

    @classmethod
    def of(
        cls, recipe: Path, overrides: Iterable[str], folder: Path | None, store: Path | None, narrator: Narrator
    ) -> Searching:
        """Open a recipe's study. Raises `GenrekitError` if it has no ``[tune]``, or the study is of another recipe."""
        loaded = recipes.load(recipe, overrides)
        tune = loaded.table(Tune)
        if tune is None:
            hint = "[tune.space] train.optimizer.lr = { low = 1e-4, high = 1e-2, log = true }"
            raise GenrekitError(f"{recipe} has no [tune], so there is nothing to search", hint=hint)
        metric = tune.metric or loaded.train.keep
        less = metric in history.less_is_better(loaded.evaluate)
        where = (folder or Path("runs") / f"{loaded.name}-tune").resolve()
        study = Study(where, loaded, tune, Search.of(tune, loaded), "minimize" if less else "maximize")
        return cls(study, metric, store, narrator)

    def go(self) -> None:
        """Run trials until there are enough. Ctrl-C leaves the one that goes on to be gone on with."""
        for claim in self.study.claims():
            self._try(claim)
            # A network and its optimizer are held by cycles; the next trial's would stand beside them on the device.
            gc.collect()
            self._check_hope()

    def _try(self, claim: Claim) -> None:
        from optuna.trial import TrialState

        told, trials = self.narrator, self.study.trials
        told.say(f"trial {claim.number} of {self.study.budget}{_goes_on(claim)}: {shown(claim.params)}")
        try:
            result = self._run(claim)
            if result.interrupted:
                raise KeyboardInterrupt
            frozen = trials.get_trials(deepcopy=False)[claim.number]
            if PRUNED in frozen.user_attrs:
                trials.tell(claim.number, state=TrialState.PRUNED)
                told.say(f"  ended after epoch {frozen.user_attrs[PRUNED]}")
                return
            value, epoch = self._value(result.folder)
            claim.trial.set_user_attr("epoch", epoch)
            trials.tell(claim.number, value)
            told.say(f"  {self.metric} {value:.4g} at epoch {epoch}")
        except SearchError:
            raise
        except Exception as error:
            claim.trial.set_user_attr("error", one_line(error))
            trials.tell(claim.number, state=TrialState.FAIL)
            told.warn(f"trial {claim.number} failed: {one_line(error)}")

    def _run(self, claim: Claim) -> RunResult:
        watcher = Watcher(claim.trial, self.metric, self.study.tune.pruner != "none")
        shared: dict[str, Any] = {"store": self.store, "listeners": [watcher], "finish": False}
        known = claim.trial.user_attrs.get(FOLDER)
        if known and (Path(known) / "recipe.toml").is_file():
            return resume_run(known, **shared)
        return run_recipe(self._recipe(claim), runs=self.study.folder / "runs", **shared)

    def _recipe(self, claim: Claim) -> Path:
        """The trial's own recipe, which can be run by itself."""
        data = substituted(self.study.recipe, self.study.search.values(claim.params))
        data["name"] = f"trial-{claim.number:04d}"
        path = self.study.folder / "recipes" / f"{claim.number:04d}.toml"
        atomic.make_folder(path.parent)
        atomic.write_text(path, tomli_w.dumps(data))
        return path

    def _value(self, folder: Path) -> tuple[float, int]:
        """The figure of the epoch that is kept, and that epoch."""
        evaluators, keep = self.study.recipe.evaluate, self.study.recipe.train.keep
        count = len((folder / "history.jsonl").read_text(encoding="utf-8").splitlines())
        lines = history.load(folder / "history.jsonl", count)
        kept = history.best(lines, keep, history.less_is_better(evaluators))
        value = figure(kept, self.metric)
        if not math.isfinite(value):
            raise ValueError(f"{self.metric} is {value}")
        return value, int(kept["epoch"])

    def _check_hope(self) -> None:
        from optuna.trial import TrialState

        done = [trial for trial in self.study.trials.get_trials(deepcopy=False) if trial.state.is_finished()]
        if len(done) >= FEWEST and all(trial.state == TrialState.FAIL for trial in done):
            why = str(done[-1].user_attrs.get("error", "unknown"))
            raise SearchError(f"all of {len(done)} trials failed", why=why, hint=f"genrekit run {self._last(done[-1])}")

    def _last(self, trial: Any) -> Path:
        return self.study.folder / "recipes" / f"{trial.number:04d}.toml"


def shown(params: dict[str, Any]) -> str:
    """Parameters on one line."""
    return ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in params.items()
    )


def _goes_on(claim: Claim) -> str:
    return " goes on" if claim.resumed else ""


def read(path: Path) -> dict[str, Any]:
    """A TOML file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
