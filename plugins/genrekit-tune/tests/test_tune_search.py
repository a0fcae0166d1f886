"""Whole searches on a few tones: what is tried, what comes out, what happens when something fails or stops."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from genrekit_tune import searching as searching_module
from genrekit_tune.results import importances_of, tell
from genrekit_tune.searching import Searching
from genrekit_tune.watching import SearchError, Watcher
from tuned_recipes import LR, params, searching, values, write_recipe

import genrekit
from genrekit.cli import main
from genrekit.errors import GenrekitError
from genrekit.running import run_recipe

TWO = f"trials = 4\npruner = 'none'\n{LR}train.batch_size = {{ choices = [4, 8] }}\n"


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Searching:
    """Four trials of a learning rate and a batch size."""
    search = searching(tmp_path_factory.mktemp("searched"), TWO)
    search.go()
    tell(search)
    return search


def test_the_first_trial_is_the_recipe_and_all_lie_in_their_spaces(searched: Searching) -> None:
    tried = params(searched)
    assert len(tried) == 4
    assert tried[0] == {"train.optimizer.lr": 2e-3, "train.batch_size": 4}
    assert all(1e-3 <= trial["train.optimizer.lr"] <= 0.1 for trial in tried)
    assert len({trial["train.optimizer.lr"] for trial in tried}) == 4


def test_a_trials_value_is_the_kept_epochs_validation_figure(searched: Searching) -> None:
    for trial in searched.study.trials.get_trials(deepcopy=False):
        folder = Path(trial.user_attrs["folder"])
        lines = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
        (kept,) = [line for line in lines if line["epoch"] == trial.user_attrs["epoch"]]
        assert trial.value == kept["macro_f1"] == max(line["macro_f1"] for line in lines)
        assert trial.intermediate_values == {line["epoch"]: line["macro_f1"] for line in lines}


def test_no_trial_looks_at_the_test_part(searched: Searching) -> None:
    for trial in searched.study.trials.get_trials(deepcopy=False):
        there = {path.name for path in Path(trial.user_attrs["folder"]).iterdir()}
        assert there.isdisjoint({"metrics.json", "predictions.csv", "report.html", "bundle"})


def test_a_trials_recipe_has_its_options_and_nothing_of_the_search(searched: Searching) -> None:
    for trial in searched.study.trials.get_trials(deepcopy=False):
        recipe = tomllib.loads((Path(trial.user_attrs["folder"]) / "recipe.toml").read_text())
        assert recipe["train"]["optimizer"]["lr"] == trial.params["train.optimizer.lr"]
        assert recipe["train"]["batch_size"] == trial.params["train.batch_size"]
        assert "tune" not in recipe
        assert recipe["requires"] == []


def test_the_best_recipe_can_be_run_and_gives_the_same(searched: Searching) -> None:
    best = searched.study.folder / "best.toml"
    top = max(values(searched), key=lambda value: value or 0.0)
    assert f"validation macro_f1 {top:.6g}" in best.read_text().partition("\n")[0]
    result = genrekit.run(best, runs=searched.study.folder / "best", store=searched.store)
    assert result.folder.parent.name == "tones-tuned"
    assert result.metrics["validation"]["macro_f1"] == pytest.approx(top)
    assert "test" in result.metrics


def test_the_table_has_the_best_first(searched: Searching) -> None:
    told: Any = searched.narrator
    titles, *rows = told.rows
    assert titles == ["trial", "macro_f1", "epoch", "train.optimizer.lr", "train.batch_size"]
    shown = [float(row[1]) for row in rows]
    assert shown == sorted(shown, reverse=True)
    assert len(rows) == 4
    assert any("4 trials: 4 complete, 0 ended early, 0 failed" in line for line in told.lines)
    assert told.lines[-1] == f"try: genrekit run {searched.study.folder / 'best.toml'}"


def test_files_hold_all_trials(searched: Searching) -> None:
    with (searched.study.folder / "trials.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["trial"]) for row in rows] == [0, 1, 2, 3]
    assert [float(row["macro_f1"]) for row in rows] == values(searched)
    assert {row["state"] for row in rows} == {"complete"}
    for name in ("history.svg", "epochs.svg"):
        assert "<svg" in (searched.study.folder / name).read_text()


def test_a_study_that_is_done_stays_as_it_is(searched: Searching) -> None:
    before = params(searched)
    again = searching(searched.study.folder.parent, TWO)
    again.go()
    assert params(again) == before


def test_more_trials_go_on_as_if_there_had_been_so_many(searched: Searching, tmp_path: Path) -> None:
    two = searching(tmp_path, TWO, "tune.trials=2")
    two.go()
    four = searching(tmp_path, TWO, "tune.trials=4")
    four.go()
    assert params(four) == params(searched)
    assert values(four) == values(searched)


def test_another_recipe_is_another_study(searched: Searching) -> None:
    with pytest.raises(GenrekitError, match="is of another recipe") as caught:
        searching(searched.study.folder.parent, TWO, "train.epochs=3")
    assert caught.value.problems[0].why == "train.epochs was 2, is 3"


def interrupting(monkeypatch: pytest.MonkeyPatch, trial: int, epoch: int, error: type[BaseException]) -> None:
    """Let ``error`` come out of a trial's epoch, once."""
    heard: Callable[[Watcher, Any], None] = Watcher.epoch_ended
    left = [1]

    @genrekit.hookimpl
    def epoch_ended(self: Watcher, event: Any) -> None:
        heard(self, event)
        if (self.trial.number, event.epoch) == (trial, epoch) and left:
            left.pop()
            raise error("on purpose")

    monkeypatch.setattr(Watcher, "epoch_ended", epoch_ended)


def test_a_search_that_is_interrupted_goes_on_as_if_it_had_not_been(
    searched: Searching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupting(monkeypatch, 1, 1, KeyboardInterrupt)
    first = searching(tmp_path, TWO)
    with pytest.raises(KeyboardInterrupt):
        first.go()
    states = [trial.state.name for trial in first.study.trials.get_trials(deepcopy=False)]
    assert states == ["COMPLETE", "RUNNING"]
    second = searching(tmp_path, TWO)
    second.go()
    assert params(second) == params(searched)
    assert values(second) == values(searched)
    told: Any = second.narrator
    assert any(line.startswith("trial 1 of 4 goes on:") for line in told.lines)
    assert len(list((tmp_path / "study" / "runs" / "trial-0001").iterdir())) == 1


def test_a_trial_that_fails_is_not_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupting(monkeypatch, 1, 1, ZeroDivisionError)
    search = searching(tmp_path, f"trials = 3\n{LR}")
    search.go()
    tell(search)
    trials = search.study.trials.get_trials(deepcopy=False)
    assert [trial.state.name for trial in trials] == ["COMPLETE", "FAIL", "COMPLETE"]
    assert "ZeroDivisionError: on purpose" in trials[1].user_attrs["error"]
    told: Any = search.narrator
    assert any(line.startswith("trial 1 failed: ") for line in told.lines)
    assert any("2 complete, 0 ended early, 1 failed" in line for line in told.lines)


def test_options_that_do_not_go_together_fail_their_trial_alone(tmp_path: Path) -> None:
    space = "[tune.space]\nfeatures.n_mels = { choices = [16, 4] }\nmodel.channels = { choices = [[4, 4], [4, 4, 4]] }"
    search = searching(tmp_path, f"sampler = 'grid'\n{space}", "train.epochs=1")
    search.go()
    states = [trial.state.name for trial in search.study.trials.get_trials(deepcopy=False)]
    assert len(states) == 4
    assert "COMPLETE" in states


def test_a_search_without_hope_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise MemoryError("none left")

    monkeypatch.setattr(searching_module, "run_recipe", failing)
    search = searching(tmp_path, f"trials = 9\n{LR}")
    with pytest.raises(SearchError, match="all of 3 trials failed") as caught:
        search.go()
    assert caught.value.problems[0].why == "MemoryError: none left"
    with pytest.raises(GenrekitError, match="no trial came to its end"):
        tell(search)


def test_a_figure_that_nobody_gives_is_named_at_once(tmp_path: Path) -> None:
    search = searching(tmp_path, f"metric = 'macro_f2'\n{LR}")
    with pytest.raises(SearchError, match="no evaluator gives the figure 'macro_f2'; did you mean 'macro_f1'"):
        search.go()


def test_the_lowest_is_best_where_less_is_better(tmp_path: Path) -> None:
    search = searching(tmp_path, f"metric = 'loss'\n{TWO}", "train.keep=loss", "train.epochs=1")
    search.go()
    tell(search)
    assert len(set(values(search))) == 4
    told: Any = search.narrator
    shown = [float(row[1]) for row in told.rows[1:]]
    assert search.study.direction == "minimize"
    assert shown == sorted(shown)
    found = importances_of(search)
    assert set(found) == {"train.optimizer.lr", "train.batch_size"}
    assert sum(found.values()) == pytest.approx(1)
    assert any(line.startswith("what the figure depended on: ") for line in told.lines)
    assert "<svg" in (search.study.folder / "importances.svg").read_text()


class Bad:
    """Figures that fall short of all before, from the second trial on."""

    @genrekit.hookimpl(tryfirst=True)
    def epoch_ended(self, event: Any) -> None:
        event.metrics["macro_f1"] = 1.0 if event.recipe.name == "trial-0000" else 0.1


def test_trials_without_prospects_end_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def worse(*arguments: Any, **options: Any) -> Any:
        options["listeners"] = [*options["listeners"], Bad()]
        return run_recipe(*arguments, **options)

    monkeypatch.setattr(searching_module, "run_recipe", worse)
    tune = f"trials = 3\nwarmup_trials = 1\nwarmup_epochs = 1\n{LR}"
    search = searching(tmp_path, tune, "train.epochs=4")
    search.go()
    tell(search)
    trials = search.study.trials.get_trials(deepcopy=False)
    assert [trial.state.name for trial in trials] == ["COMPLETE", "PRUNED", "PRUNED"]
    assert [list(trial.intermediate_values) for trial in trials] == [[1, 2, 3, 4], [1, 2], [1, 2]]
    told: Any = search.narrator
    assert told.lines.count("  ended after epoch 2") == 2
    assert [row[0] for row in told.rows[1:]] == ["0"]


def test_hyperband_is_a_pruner_too(tmp_path: Path) -> None:
    search = searching(tmp_path, f"trials = 3\npruner = 'hyperband'\nsampler = 'random'\n{LR}")
    search.go()
    assert {trial.state.name for trial in search.study.trials.get_trials(deepcopy=False)} <= {"COMPLETE", "PRUNED"}
    assert type(search.study.trials.pruner).__name__ == "HyperbandPruner"


def test_a_launcher_of_processes_that_train_together_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main(["tune", str(write_recipe(tmp_path, LR)), "--study", str(tmp_path / "study")]) == 2
    assert "genrekit tune --jobs 4" in capsys.readouterr().err
    assert not (tmp_path / "study").exists()


def test_the_grid_is_tried_once(tmp_path: Path) -> None:
    space = "[tune.space]\ntrain.batch_size = { low = 4, high = 8, step = 4 }\nmodel.hidden_size = { choices = [2, 4] }"
    search = searching(tmp_path, f"sampler = 'grid'\n{space}", "train.epochs=1")
    search.go()
    assert params(search) == [
        {"train.batch_size": size, "model.hidden_size": hidden} for size in (4, 8) for hidden in (2, 4)
    ]


def test_a_recipe_without_the_table_has_nothing_to_search(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = write_recipe(tmp_path, LR)
    recipe.write_text(recipe.read_text().partition("[tune]")[0])
    assert main(["tune", str(recipe), "--study", str(tmp_path / "study")]) == 2
    assert "has no [tune], so there is nothing to search" in capsys.readouterr().err
