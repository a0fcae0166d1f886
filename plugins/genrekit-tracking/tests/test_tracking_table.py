"""``[tracking]`` in recipes."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from genrekit_tracking.table import Tracking
from genrekit_tracking.tensorboard_tracker import TensorBoardTracker
from genrekit_tracking.tracker import Subject
from tracked_runs import write_recipe

from genrekit import recipe as recipes
from genrekit.errors import RecipeError


def said(folder: Path, tracking: str) -> str:
    with pytest.raises(RecipeError) as caught:
        recipes.load(write_recipe(folder, tracking))
    return str(caught.value)


def test_it_is_read_and_required(tmp_path: Path) -> None:
    recipe = recipes.load(write_recipe(tmp_path, "pictures = false\n[tracking.tensorboard]\nfolder = 'events'"))
    tracking = recipe.table(Tracking)
    assert tracking is not None
    assert list(tracking.chosen) == ["tensorboard"]
    assert tracking.tensorboard is not None
    assert tracking.tensorboard.folder == tmp_path / "events"
    assert recipe.requires == ["genrekit-tracking"]


@pytest.mark.parametrize(
    ("tracking", "answer"),
    [
        ("", "tones.toml:14: [tracking] names no tracker\n    [tracking]\n  try: [tracking.tensorboard], "),
        ("[tracking.mlflo]", "[tracking] unknown option 'mlflo'; did you mean 'mlflow'?"),
        ("[tracking.mlflow]\nurl = 'x'", "tones.toml:16: [tracking.mlflow] unknown option 'url'; did you mean 'uri'?"),
        ("[tracking.wandb]\nmode = 'of'", "tones.toml:16: [tracking.wandb] 'mode' should be 'online' or 'offline'"),
        ("timeout_s = 0\nmlflow = {}", "[tracking] 'timeout_s' should be at least 1; it is 0"),
    ],
)
def test_mistakes_have_their_line(tracking: str, answer: str, tmp_path: Path) -> None:
    assert answer in said(tmp_path, tracking)


def test_a_run_of_a_series_is_named_by_it(tmp_path: Path) -> None:
    recipe = recipes.load(write_recipe(tmp_path, "tensorboard = { folder = 'events' }"))
    tracking = recipe.table(Tracking)
    assert tracking is not None
    series = tmp_path / "2026-01-01T00-00-00"
    run = Subject(tracking, series / "seed-3", recipe, series)
    assert run.title == "tones 2026-01-01T00-00-00 seed-3"
    assert Subject(tracking, series, recipe).title == "tones 2026-01-01T00-00-00"
    where = TensorBoardTracker(run, None, 0)._folder()
    assert where == str(tmp_path / "events" / "tones" / "2026-01-01T00-00-00" / "seed-3")


def test_a_library_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec

    def find_spec(name: str, *more: Any) -> Any:
        return None if name == "wandb" else find(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    answer = said(tmp_path, "[tracking.wandb]\n[tracking.mlflow]")
    assert "tones.toml:15: [tracking] wandb is not installed" in answer
    assert 'try: pip install "genrekit-tracking[wandb]"' in answer
    assert "mlflow is not" not in answer
