"""A series of runs that is stopped, or killed, goes on to the same end; each of its runs stands for itself."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from series_runs import THREE_FOLDS, lines, results
from series_runs import place as place
from series_runs import shared as shared
from toy_runs import ToyRuns

from genrekit import bundle, errors, pipeline, running

_made: list[Path] = []


@pytest.fixture
def whole(shared: ToyRuns) -> Path:
    """Three folds that nothing interrupted, run once; tests only look."""
    if not _made:
        _made.append(shared.run(*THREE_FOLDS, folds=True).folder)
    return _made[0]


def test_a_fold_is_the_run_that_its_recipe_makes(shared: ToyRuns, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fold = whole / "fold-2"
    monkeypatch.setattr("genrekit.clip_preparation._windows", lambda *args: pytest.fail("decoded again"))
    alone = running.run_recipe(fold / "recipe.toml", runs=shared.root / "alone", store=shared.root / "store").folder
    weights = [(folder / "bundle" / "model.safetensors").read_bytes() for folder in (fold, alone)]
    assert weights[0] == weights[1]
    assert lines(fold) == lines(alone)


@pytest.mark.parametrize("epoch", [1, 2])
def test_interrupted_in_the_second_fold_it_goes_on_exactly(
    shared: ToyRuns, whole: Path, epoch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After epoch 2 the fold is trained but not finished; within epoch 1 there is nothing to keep yet."""
    original = pipeline.Run.epoch_ended

    def interrupting(self: Any, line: dict[str, float]) -> Any:
        if self.folder.path.name == "fold-2" and line["epoch"] == epoch:
            raise KeyboardInterrupt
        return original(self, line)

    monkeypatch.setattr(pipeline.Run, "epoch_ended", interrupting)
    result = shared.run(*THREE_FOLDS, folds=True)
    assert result.interrupted
    assert result.summary is not None
    assert [run["status"] for run in result.summary["runs"]] == ["finished", "unfinished", "unfinished"]
    assert result.summary["clips"] == 6
    assert not (result.folder / "fold-3").exists()
    monkeypatch.setattr(pipeline.Run, "epoch_ended", original)
    first = (result.folder / "fold-1" / "report.html").stat().st_mtime_ns
    resumed = running.resume_run(result.folder, store=shared.root / "store")
    assert not resumed.interrupted
    assert results(resumed.folder) == results(whole)
    assert (result.folder / "fold-1" / "report.html").stat().st_mtime_ns == first


def test_killed_at_any_place_it_goes_on_exactly(shared: ToyRuns, whole: Path) -> None:
    """What a kill leaves behind: a fold that says it is running, another that is an empty folder."""
    folder = Path(shutil.copytree(whole, whole.with_name("killed")))
    for path in (folder / "fold-3").iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / "fold-2" / "status.json").write_text('{"status": "running"}')
    (folder / "fold-2" / "metrics.json").unlink()
    (folder / "metrics.json").unlink()
    running.resume_run(folder, store=shared.root / "store")
    assert results(folder) == results(whole)


def test_a_model_of_a_series_must_be_named(whole: Path) -> None:
    with pytest.raises(errors.BundleError) as caught:
        bundle.find(whole)
    assert str(caught.value) == (
        f"{whole} is a series of 3 runs, each with a model of its own\n"
        f"  why: trained are fold-1, fold-2, fold-3\n  try: --model {whole}/fold-1"
    )
    assert bundle.find(whole / "fold-2") == whole / "fold-2" / "bundle"
