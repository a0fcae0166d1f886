"""Charts as numbers: where points lie, which ticks there are, what is said to those who do not see them."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from genrekit.report.charts import BOTTOM, LEFT, RIGHT, TOP, Chart, Series, line_chart, ticks
from genrekit.report.confidence import confidence
from genrekit.report.curves import learning_charts

LINE = [(1.0, 0.0), (2.0, 0.5), (3.0, 1.0)]


def chart(*series: Series, **options: object) -> Chart:
    """A chart that there must be."""
    drawn = line_chart("a title", series, **({"x_label": "epoch"} | options))  # type: ignore[arg-type]
    assert drawn is not None
    return drawn


def test_points_fill_the_frame() -> None:
    drawn = chart(Series("a", LINE), y_range=(0.0, 1.0))
    middle = ((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2)
    assert drawn.lines[0].path == f"M{LEFT} {BOTTOM}L{middle[0]:g} {middle[1]:g}L{RIGHT} {TOP}"
    assert [text for _, text in drawn.x_ticks] == ["1", "2", "3"]
    assert [x for x, _ in drawn.x_ticks] == [LEFT, middle[0], RIGHT]
    assert drawn.y_ticks[0] == (BOTTOM, "0")
    assert drawn.y_ticks[-1] == (TOP, "1")


def test_values_are_read_out_under_each_x() -> None:
    drawn = chart(Series("training", LINE), Series("validation", [(2.0, 0.25)]))
    assert [(one["at"], one["says"]) for one in drawn.readings] == [
        ("1", "training 0"),
        ("2", "training 0.5, validation 0.25"),
        ("3", "training 1"),
    ]
    assert drawn.summary == "training from 0 to 1; validation from 0.25 to 0.25"


def test_reliability_says_how_many_answers_a_point_stands_for() -> None:
    full = {"low": 0.8, "high": 0.9, "answers": 12, "confidence": 0.85, "right": 0.75}
    empty = {"low": 0.9, "high": 1.0, "answers": 0, "confidence": None, "right": None}
    side = {"expected_calibration_error": 0.1, "bins": [full, empty]}
    found = confidence({"calibration": {"temperature": 1.0, "reason": "none is wanted", "before": side, "after": side}})
    assert found is not None
    assert found.says[0].endswith(
        "by 10.0 % on average (calibration error). No temperature was applied: none is wanted."
    )
    assert [one["says"] for one in found.charts[0].readings] == ["answers 75.0 % right of 12 answers"]


def test_a_temperature_shows_both_sides_and_abstention_what_is_left() -> None:
    side = {"expected_calibration_error": 0.2, "bins": [{"answers": 1, "confidence": 0.5, "right": 1.0}]}
    after = side | {"expected_calibration_error": 0.05}
    calibration = {"temperature": 1.5, "fitted_on_clips": 60, "before": side, "after": after}
    chosen = {"abstain_below": 0.62, "coverage": 0.8, "accuracy": 0.95}
    found = confidence({"calibration": calibration, "abstention": chosen})
    assert found is not None
    assert [line.name for line in found.charts[0].lines] == ["as trained", "with the temperature"]
    assert "as trained it was 20.0 %" in found.says[0]
    assert found.says[1] == "A temperature of 1.50, fitted on 60 validation clips, is built into the bundle's model."
    assert found.says[2].endswith("0.620: 80.0 % of these clips are answered, 95.0 % of them right.")
    assert confidence({}) is None


def test_a_logarithmic_axis_makes_halvings_equal_steps() -> None:
    drawn = chart(Series("rate", [(1.0, 4e-3), (2.0, 2e-3), (3.0, 1e-3), (4.0, 5e-4)]), log=True)
    heights = [float(part.split()[1]) for part in drawn.lines[0].path[1:].split("L")]
    steps = [after - before for before, after in pairwise(heights)]
    assert steps == pytest.approx([steps[0]] * 3, abs=0.11)
    assert [text for _, text in drawn.y_ticks] == ["5e-4", "0.004"]


@pytest.mark.parametrize("log", [False, True])
def test_one_point_and_one_value_are_drawn(log: bool) -> None:
    drawn = chart(Series("a", [(1.0, 0.001)]), log=log)
    assert all(math.isfinite(float(number)) for number in drawn.lines[0].path[1:].split())
    assert chart(Series("a", [(1.0, 0.0), (2.0, 0.0)]), log=log).y_ticks


def test_what_is_no_number_is_left_out() -> None:
    drawn = chart(Series("a", [(1.0, math.nan), (2.0, 1.0), (3.0, math.inf), (4.0, 2.0)]))
    assert [one["at"] for one in drawn.readings] == ["2", "4"]
    assert line_chart("a", [Series("a", [(1.0, math.nan)])], x_label="epoch") is None


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.37, 0.371), (-3.0, 5e6), (1.0, 2.0)])
def test_ticks_lie_within(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 6
    assert low - 1e-9 * (high - low) <= found[0] < found[-1] <= high + 1e-9 * (high - low)


def test_curves_take_the_chosen_figure_and_mark_the_kept_epoch() -> None:
    history = [
        {"epoch": 1.0, "train_loss": 2.0, "loss": 1.9, "own": 3.0, "macro_f1": 0.2, "accuracy": 0.4, "lr": 1e-3},
        {"epoch": 2.0, "train_loss": 1.0, "loss": 1.5, "own": 9.0, "macro_f1": 0.3, "accuracy": 0.5, "lr": 1e-3},
    ]
    losses, scores, rates = learning_charts(history, "own", 2)
    assert [one.name for one in losses.lines] == ["training", "validation"]
    assert [one.name for one in scores.lines] == ["own", "macro F1"]
    assert float(scores.y_ticks[-1][1]) > 1, "a figure beyond 1 gets an axis of its own"
    assert [one.name for one in rates.lines] == ["learning rate"]
    assert {one.mark for one in (losses, scores, rates)} == {(RIGHT, "kept: epoch 2")}


def test_curves_without_validation_are_those_of_training() -> None:
    history = [{"epoch": 1.0, "train_loss": 2.0, "lr": 1e-3}, {"epoch": 2.0, "train_loss": 1.0, "lr": 1e-3}]
    titles = {one.title: [line.name for line in one.lines] for one in learning_charts(history, "last", 2)}
    assert titles == {"Loss": ["training"], "Learning rate": ["learning rate"]}
    assert learning_charts([], "macro_f1", None) == []
