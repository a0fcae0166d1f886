"""What a study gives: a table, the best recipe, a file of all trials, pictures."""

from __future__ import annotations

import csv
import io
import warnings
from typing import TYPE_CHECKING, Any

import tomli_w

from genrekit import atomic
from genrekit.errors import GenrekitError
from genrekit_tune.searching import Searching, read
from genrekit_tune.watching import FOLDER, PRUNED

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

SHOWN = 10
"""So many trials are in the table."""


def tell(searching: Searching) -> None:
    """Write ``best.toml``, ``trials.csv`` and pictures into the study's folder, and show the best trials.

    Raises `GenrekitError` if no trial came to its end.
    """
    study, told = searching.study, searching.narrator
    trials = study.trials.get_trials(deepcopy=False)
    atomic.write_text(study.folder / "trials.csv", _csv(trials, searching.metric))
    ranked = _ranked(searching, trials)
    if not ranked:
        raise GenrekitError("no trial came to its end", hint=f"see {study.folder / 'trials.csv'}")
    best = ranked[0]
    _write_best(searching, best)
    importances = importances_of(searching)
    from genrekit_tune.pictures import draw

    draw(study.folder, searching.metric, study.direction, trials, importances)
    states = [trial.state.name for trial in trials]
    told.say(
        f"{len(trials)} trials: {states.count('COMPLETE')} complete, {states.count('PRUNED')} ended early, "
        f"{states.count('FAIL')} failed; validation {searching.metric}, best first:"
    )
    names = list(best.params)
    told.table(["trial", searching.metric, "epoch", *names], [_row(trial, names) for trial in ranked[:SHOWN]])
    if importances:
        weights = ", ".join(f"{name} {share:.0%}" for name, share in importances.items())
        told.say(f"what the figure depended on: {weights}")
    told.say(f"these clips chose the options, so {best.value:.4g} flatters; the test part has not been looked at")
    told.say(f"try: genrekit run {study.folder / 'best.toml'}")


def _ranked(searching: Searching, trials: list[FrozenTrial]) -> list[FrozenTrial]:
    """The trials that came to their end, best first; of equals, the earlier."""
    sign = -1 if searching.study.direction == "maximize" else 1
    done = [trial for trial in trials if trial.state.name == "COMPLETE"]
    return sorted(done, key=lambda trial: (sign * (trial.value or 0.0), trial.number))


def _write_best(searching: Searching, best: FrozenTrial) -> None:
    """The best trial's recipe under the name of the one that was searched, with ``-tuned`` behind it."""
    folder = searching.study.folder
    data = read(folder / "recipes" / f"{best.number:04d}.toml")
    data["name"] = f"{searching.study.recipe.name}-tuned"
    about = (
        f"# Trial {best.number} of {len(searching.study.trials.get_trials(deepcopy=False))}: validation "
        f"{searching.metric} {best.value:.6g} at epoch {best.user_attrs.get('epoch')}.\n"
        + "".join(f"#   {name} = {value}\n" for name, value in best.params.items())
    )
    atomic.write_text(folder / "best.toml", f"{about}{tomli_w.dumps(data)}")


def importances_of(searching: Searching) -> dict[str, float]:
    """Option -> its share in the figure's variance by fANOVA (Hutter et al., 2014); empty where it cannot be told."""
    from optuna.importance import get_param_importances

    trials = searching.study.trials
    done = [trial for trial in trials.get_trials(deepcopy=False) if trial.state.name == "COMPLETE"]
    if len(done) < 4 or len({trial.value for trial in done}) < 2:
        return {}
    from optuna.importance import FanovaImportanceEvaluator

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dict(get_param_importances(trials, evaluator=FanovaImportanceEvaluator(seed=0)))


def _row(trial: FrozenTrial, names: list[str]) -> list[str]:
    values = [trial.params[name] for name in names]
    shown = [f"{value:.4g}" if isinstance(value, float) else str(value) for value in values]
    return [str(trial.number), f"{trial.value:.4f}", str(trial.user_attrs.get("epoch", "")), *shown]


def _csv(trials: list[FrozenTrial], metric: str) -> str:
    names = list(dict.fromkeys(name for trial in trials for name in trial.params))
    rows: list[list[Any]] = [["trial", "state", metric, "epoch", "epochs", "error", "folder", *names]]
    for trial in trials:
        epoch = trial.user_attrs.get("epoch", trial.user_attrs.get(PRUNED, ""))
        epochs = max(trial.intermediate_values, default=0)
        about = [trial.number, trial.state.name.lower(), trial.value, epoch, epochs]
        about += [trial.user_attrs.get("error", ""), trial.user_attrs.get(FOLDER, "")]
        rows.append([*about, *(trial.params.get(name, "") for name in names)])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
