"""A series of runs: folds and seeds in one folder, and what is made of them."""

from __future__ import annotations

import shutil
import statistics
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from series_runs import SLOW_TO_LEARN, TWO_FOLDS, content, lines, results
from series_runs import place as place
from series_runs import shared as shared
from toy_runs import TOY, ToyRuns

from genrekit import clip_preparation, errors, pipeline, running
from genrekit.pipeline import RunResult

Command = Callable[..., Any]


_made: dict[str, RunResult] = {}


@pytest.fixture
def four(shared: ToyRuns) -> RunResult:
    """Two folds with two seeds, run once; tests only look."""
    if "four" not in _made:
        _made["four"] = shared.run(SLOW_TO_LEARN, *TWO_FOLDS, folds=True, seeds=2)
    return _made["four"]


def test_folds_and_seeds_in_one_folder(four: RunResult, place: Path) -> None:
    folder, names = four.folder, ["fold-1-seed-3", "fold-2-seed-3", "fold-1-seed-4", "fold-2-seed-4"]
    assert [run["folder"] for run in content(folder / "summary.json")["runs"]] == names
    for name in names:
        assert (folder / name / "bundle" / "model.onnx").exists()
        recipe = tomllib.loads((folder / name / "recipe.toml").read_text())
        assert name == f"fold-{recipe['split']['fold'] + 1}-seed-{recipe['seed']}"
        assert recipe.get("split_seed") == (3 if recipe["seed"] == 4 else None)
        assert content(folder / name / "status.json") == {"status": "finished"}
    assert not four.interrupted
    assert four.summary == content(folder / "summary.json")
    assert four.metrics == content(folder / "metrics.json")
    page = (folder / "report.html").read_text()
    assert all(f'href="{name}/report.html"' in page for name in names)
    assert "std over folds" in page


def test_every_clip_is_tested_once_with_each_seed(four: RunResult, place: Path) -> None:
    folder = four.folder
    runs = {run["folder"]: run for run in content(folder / "summary.json")["runs"]}
    tested = Counter((runs[row["run"]]["seed"], row["path"]) for row in lines(folder))
    clips = {str(path) for path in (place / "tones").rglob("*.wav")}
    assert tested == Counter((seed, path) for seed in (3, 4) for path in clips)
    for name in runs:
        assert [row["path"] for row in lines(folder / name)] == [r["path"] for r in lines(folder) if r["run"] == name]


def test_the_mean_the_deviations_and_all_clips_together(four: RunResult) -> None:
    folder = four.folder
    summary, metrics = content(folder / "summary.json"), content(folder / "metrics.json")
    right = {
        (run["fold"], run["seed"]): statistics.fmean(
            r["label"] == r["predicted"] for r in lines(folder / run["folder"])
        )
        for run in summary["runs"]
    }
    accuracy = summary["figures"]["accuracy"]
    folds = [statistics.fmean(right[fold, seed] for seed in (3, 4)) for fold in (1, 2)]
    seeds = [statistics.fmean(right[fold, seed] for fold in (1, 2)) for seed in (3, 4)]
    assert len(set(right.values())) > 1
    assert accuracy["mean"] == pytest.approx(statistics.fmean(right.values()))
    assert accuracy["std_over_folds"] == pytest.approx(statistics.stdev(folds))
    assert accuracy["std_over_seeds"] == pytest.approx(statistics.stdev(seeds))
    assert list(accuracy["by_fold"].values()) == pytest.approx(folds)
    assert list(accuracy["by_seed"].values()) == pytest.approx(seeds)
    assert (accuracy["lowest"], accuracy["highest"]) == (min(right.values()), max(right.values()))
    assert (summary["clips"], summary["answers"]) == (18, 36)
    together = statistics.fmean(row["label"] == row["predicted"] for row in lines(folder))
    assert metrics["test"]["accuracy"] == pytest.approx(together)
    assert metrics["test"]["intervals"]["accuracy"]["low"] <= together
    # Two seeds' answers for one clip are drawn together.
    assert (metrics["test"]["bootstrap"]["resampled"], metrics["test"]["bootstrap"]["units"]) == ("groups", 18)


def test_seeds_alone_repeat_the_split_there_is(toy: ToyRuns) -> None:
    result = toy.run("train.epochs=1", seeds=2)
    assert result.summary is not None
    assert [run["folder"] for run in result.summary["runs"]] == ["seed-3", "seed-4"]
    assert result.summary["part"] == "validation"
    assert result.summary["figures"]["accuracy"]["std_over_folds"] is None
    first, second = (lines(result.folder / name, "validation") for name in ("seed-3", "seed-4"))
    assert [row["path"] for row in first] == [row["path"] for row in second]


def test_one_seed_is_a_run_like_any_other(toy: ToyRuns) -> None:
    result = toy.run("train.epochs=1", seeds=1)
    assert result.summary is None
    assert (result.folder / "bundle" / "model.onnx").exists()
    with pytest.raises(errors.GenrekitError, match="seeds=0"):
        toy.run(seeds=0)


def test_every_clip_is_decoded_once_for_all_runs(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = list[str]()
    original = clip_preparation._windows

    def counting(job: clip_preparation.Job, *arguments: Any) -> Any:
        decoded.append(job.path)
        return original(job, *arguments)

    monkeypatch.setattr(clip_preparation, "_windows", counting)
    toy.run(*TWO_FOLDS, "train.epochs=1", folds=True)
    assert len(decoded) == len(set(decoded)) == 18


def test_a_finished_series_trains_nothing_again(
    shared: ToyRuns, four: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = results(four.folder)
    monkeypatch.setattr(pipeline.Run, "go", lambda *args: pytest.fail("ran again"))
    again = running.resume_run(four.folder, store=shared.root / "store")
    assert (again.metrics, again.summary, again.interrupted) == (four.metrics, four.summary, False)
    assert results(four.folder) == before


def test_a_series_whose_page_cannot_be_made_has_its_runs(
    shared: ToyRuns, four: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object) -> None:
        raise OSError("no room")

    before = results(four.folder)
    monkeypatch.setattr("genrekit.series.report.write_report", refusing)
    again = running.resume_run(four.folder, store=shared.root / "store")
    assert (again.unreported, again.metrics) == ("OSError: no room", four.metrics)
    assert results(four.folder) == before


@pytest.mark.parametrize("change", ["rename", "add"])
def test_other_data_is_refused(shared: ToyRuns, four: RunResult, change: str) -> None:
    path = shared.tones / "low" / "0.wav"
    other = path.with_name("another.wav")
    path.rename(other) if change == "rename" else shutil.copy(path, other)
    try:
        with pytest.raises(errors.DataError, match=r"the data is not what the runs in .* were started with"):
            running.resume_run(four.folder, store=shared.root / "store")
    finally:
        other.replace(path)


def test_a_fold_that_fails_leaves_those_before_it(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    original = pipeline.Run.epoch_ended

    def failing(self: Any, line: dict[str, float]) -> Any:
        if self.folder.path.name == "fold-2":
            raise errors.TrainingError("the loss is nan")
        return original(self, line)

    monkeypatch.setattr(pipeline.Run, "epoch_ended", failing)
    with pytest.raises(errors.TrainingError, match="the loss is nan"):
        toy.run(*TWO_FOLDS, folds=True)
    (folder,) = (toy.root / "runs" / "toy").iterdir()
    assert content(folder / "fold-2" / "status.json") == {"status": "failed"}
    assert [run["status"] for run in content(folder / "summary.json")["runs"]] == ["finished", "unfinished"]
    assert (toy.root / "runs" / "latest").resolve() == folder.resolve()


def test_one_unusable_fold_stops_before_anything_is_made(toy: ToyRuns) -> None:
    with pytest.raises(errors.DataError, match="left 9 clips to train and 0 to validate") as caught:
        toy.run("split={use='toy-folds', folds=2, validation=false}", folds=True)
    assert "--set train.keep=last" in str(caught.value)
    assert not (toy.root / "runs").exists()


@pytest.fixture
def here(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a recipe and tones."""
    monkeypatch.chdir(toy.root)
    monkeypatch.setenv("GENREKIT_STORE", "store")
    return toy.root


def test_the_command_line_tells_all_of_it(command: Command, here: Path) -> None:
    options = [word for override in TWO_FOLDS for word in ("--set", override)]
    answer = command("run", "recipe.toml", "--plugin", TOY, "--folds", "--seeds", "2", *options)
    assert (answer.code, answer.err) == (0, "")
    folder = (here / "runs" / "latest").resolve()
    shown = folder.relative_to(here)
    said = answer.out.splitlines()
    assert said[0] == f"toy: 4 runs in {shown}"
    assert said[1:3] == ["", "fold 1 (fold = 0), seed 3: run 1 of 4"]
    assert "fold 2 (fold = 1), seed 4: run 4 of 4" in said
    assert not any(line.startswith("try: ") for line in said)
    accuracy = content(folder / "summary.json")["figures"]["accuracy"]
    table = {line[: line.index("  ")]: line.split() for line in said[-10:-1]}
    assert said[-10].split()[:3] == ["test", "clips", "accuracy"]
    assert table["fold 1 (fold = 0), 2 seeds"][-2] == f"{accuracy['by_fold']['1']:.4f}"
    assert table["seed 4, 2 folds"][-2] == f"{accuracy['by_seed']['4']:.4f}"
    assert table["mean"][-2] == f"{accuracy['mean']:.4f}"
    assert table["std over folds"][-2] == f"{accuracy['std_over_folds']:.4f}"
    assert table["std over seeds"][-2] == f"{accuracy['std_over_seeds']:.4f}"
    assert said[-1] == f"report {shown / 'report.html'}"


def test_a_splitter_without_folds_says_which_have_some(command: Command, here: Path) -> None:
    answer = command("run", "recipe.toml", "--plugin", TOY, "--folds")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "recipe.toml:10: [split] toy-third has no folds to go through\n"
        "    [split]\n"
        "  why: splitters with folds are fold, grouped-kfold, kfold, leave-groups-out, toy-folds\n"
        "  try: --set 'split={use = \"fold\"}', or --seeds 5 to repeat the split that there is\n"
    )
    assert not (here / "runs").exists()


@pytest.mark.parametrize("option", [["--folds"], ["--seeds", "2"]])
def test_resuming_changes_no_plan(command: Command, here: Path, option: list[str]) -> None:
    answer = command("run", "--resume", "runs/latest", *option)
    assert answer.code == 2
    assert answer.err.startswith("--resume takes the recipe from the run folder\n")
