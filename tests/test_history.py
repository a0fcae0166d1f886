"""Which epoch is best, and when patience ends."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import genrekit
from genrekit import history
from genrekit.errors import TrainingError


def lines(*values: float, figure: str = "macro_f1") -> list[history.EpochLine]:
    return [{"epoch": index + 1, figure: value} for index, value in enumerate(values)]


def test_best_is_the_largest_figure_and_the_smallest_loss() -> None:
    assert history.best(lines(0.1, 0.5, 0.3), "macro_f1")["epoch"] == 2
    assert history.best(lines(0.5, 0.1, 0.3, figure="loss"), "loss")["epoch"] == 2


def test_of_equals_the_lower_loss_then_the_earlier() -> None:
    equals = [{"epoch": index, "macro_f1": 1.0, "loss": loss} for index, loss in enumerate((0.3, 0.2, 0.2))]
    assert history.best(equals, "macro_f1")["epoch"] == 1
    assert history.best(lines(0.5, 0.5), "macro_f1")["epoch"] == 1


@pytest.mark.parametrize(
    ("values", "waited"), [((0.5,), 0), ((0.5, 0.5), 1), ((0.1, 0.5, 0.4, 0.5), 2), ((1, 2, 3), 0)]
)
def test_waiting_counts_from_the_last_improvement(values: tuple[float, ...], waited: int) -> None:
    assert history.epochs_without_better(lines(*values), "macro_f1") == waited


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_waiting_against_a_loop(values: list[float]) -> None:
    best, waited = -1.0, 0
    for value in values:
        best, waited = (value, 0) if value > best else (best, waited + 1)
    assert history.epochs_without_better(lines(*values), "macro_f1") == waited


def test_unknown_figure_names_those_there_are() -> None:
    with pytest.raises(TrainingError, match="no evaluator gives the figure 'f1'") as caught:
        history.best(lines(0.1), "f1")
    assert "macro_f1" in str(caught.value)


def test_save_and_load(tmp_path: Path) -> None:
    kept = lines(0.1, 0.2, 0.3)
    history.save(tmp_path / "history.jsonl", kept)
    assert history.load(tmp_path / "history.jsonl", 2) == kept[:2]


def test_evaluators_tell_of_which_figures_less_is_better() -> None:
    class Errors(genrekit.Evaluator):
        """The share that is wrong."""

        use: Literal["errors"] = "errors"
        less_is_better: ClassVar[frozenset[str]] = frozenset({"errors"})

    less = history.less_is_better([Errors()])
    assert less >= {"loss", "errors", "brier"}
    found = history.best(lines(0.5, 0.1, 0.3, figure="errors"), "errors", less)
    assert found is not None
    assert found["epoch"] == 2
    assert history.epochs_without_better(lines(0.5, 0.1, 0.3, figure="errors"), "errors", less) == 1
