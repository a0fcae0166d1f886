"""The pictures of `classification`: what they say, that anyone can open them, that nothing global is left."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread
from outcomes import outcome

from genrekit.calibration import at_temperature
from genrekit_builtins._confusion_picture import confusion_matrix
from genrekit_builtins._curves_picture import learning_curves
from genrekit_builtins._reliability_picture import reliability_diagram
from genrekit_builtins.classification import Classification

HISTORY = [
    {"epoch": 1, "train_loss": 2.0, "loss": 1.9, "accuracy": 0.3, "macro_f1": 0.2, "lr": 3e-4, "best_epoch": 1},
    {"epoch": 2, "train_loss": 1.5, "loss": 1.4, "accuracy": 0.6, "macro_f1": 0.5, "lr": 3e-4, "best_epoch": 2},
    {"epoch": 3, "train_loss": 1.1, "loss": 1.6, "accuracy": 0.5, "macro_f1": 0.4, "lr": 1e-4, "best_epoch": 2},
]


def texts(svg: Path) -> list[str]:
    """Every piece of text in a picture."""
    found = ElementTree.parse(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(element.itertext()) for element in found]


def curves(figure: Figure, panel: int) -> dict[str, list[tuple[float, float]]]:
    """A panel's lines by label, as points."""
    return {str(line.get_label()): list(zip(*line.get_data(), strict=True)) for line in figure.axes[panel].lines}


def test_writes_each_picture_as_png_and_svg(tmp_path: Path) -> None:
    paths = Classification().pictures(outcome([0, 1], [0, 0], ["cat", "dog"]), HISTORY, tmp_path)
    assert [path.name for path in paths] == [
        "confusion_matrix.png", "confusion_matrix.svg", "precision_recall.png", "precision_recall.svg",
        "roc.png", "roc.svg", "reliability.png", "reliability.svg",
        "learning_curves.png", "learning_curves.svg",
    ]  # fmt: skip
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in paths}
    for png in paths[::2]:
        assert min(imread(png).shape[:2]) > 400


def test_the_same_outcome_gives_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        paths = Classification().pictures(outcome([0, 1], [0, 0], "ab"), HISTORY, tmp_path / name)
        contents.append([path.read_bytes() for path in paths])
    assert contents[0] == contents[1]


def test_leaves_pyplot_and_matplotlibs_settings_alone(tmp_path: Path) -> None:
    before = dict(matplotlib.rcParams)
    Classification().pictures(outcome([0, 1], [0, 0], "ab"), HISTORY, tmp_path)
    assert plt.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


def test_the_matrix_holds_counts_labels_and_the_share_that_is_right(tmp_path: Path) -> None:
    Classification().pictures(outcome([0] * 12 + [1] * 4, [0] * 11 + [1] * 5, ["cat", "dog"]), [], tmp_path)
    said = texts(tmp_path / "confusion_matrix.svg")
    assert [text for text in said if text in {"11", "1", "4", "0"}] == ["11", "1", "4"], "no zeros in empty cells"
    assert said.count("cat") == said.count("dog") == 2
    assert "test: 15 of 16 clips right (93.8%)" in said


def test_labels_are_written_as_they_are(tmp_path: Path) -> None:
    labels = [
        "a $\\frac$ b",
        "犬",
        "<b>&",
        "an exceedingly long label, number 1",
        "an exceedingly long label, number 2",
    ]
    Classification().pictures(outcome(range(5), range(5), labels), [], tmp_path)
    said = texts(tmp_path / "confusion_matrix.svg")
    assert all(said.count(label) == 2 for label in labels[:3])
    assert said.count("an exceedingl…, number 1") == said.count("an exceedingl…, number 2") == 2


@pytest.mark.parametrize("classes", [2, 10, 50])
def test_no_two_labels_of_the_matrix_overlap(classes: int) -> None:
    labels = [f"some sound number {index}" for index in range(classes)]
    figure = confusion_matrix(outcome(range(classes), range(classes), labels))
    figure.canvas.draw()
    for axis in (figure.axes[0].yaxis, figure.axes[0].xaxis):
        boxes = [label.get_window_extent() for label in axis.get_ticklabels()]
        sides = [(box.y0, box.y1) if axis.axis_name == "y" else (box.x0, box.x1) for box in boxes]
        if axis.axis_name == "y" or classes > 20:
            ordered = sorted(sides)
            assert all(a[1] <= b[0] for a, b in pairwise(ordered))
    cell = figure.axes[0].get_window_extent().width / classes
    assert max(text.get_window_extent().width for text in figure.axes[0].texts) < cell


def test_reliability_is_shown_before_and_after_the_temperature() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (40, 3)).astype(np.float32)
    plain = replace(outcome([0] * 40, [0] * 40, "abc"), logits=logits, example_rows=np.arange(40))
    for temperature, shown in ((1.0, False), (2.0, True)):
        figure = reliability_diagram(at_temperature(plain, temperature))
        assert ("before calibration" in curves(figure, 0)) == shown
        bars = [bar.get_height() for bar in figure.axes[1].patches]
        assert sum(bars) == 40


def test_curves_show_the_history() -> None:
    figure = learning_curves(HISTORY)
    assert curves(figure, 0)["training"] == [(1, 2.0), (2, 1.5), (3, 1.1)]
    assert curves(figure, 0)["validation"] == [(1, 1.9), (2, 1.4), (3, 1.6)]
    assert curves(figure, 1)["macro F1"] == [(1, 0.2), (2, 0.5), (3, 0.4)]
    assert curves(figure, 1)["accuracy"] == [(1, 0.3), (2, 0.6), (3, 0.5)]
    assert [y for _, y in next(iter(curves(figure, 2).values()))] == [3e-4, 3e-4, 1e-4]
    for panel in range(3):
        assert [x for x, _ in curves(figure, panel)["kept: epoch 2"]] == [2, 2]


@pytest.mark.parametrize(
    "history",
    [
        HISTORY[:1],
        [{"epoch": 1}],
        [HISTORY[0] | {"loss": float("nan"), "train_loss": float("nan")}],
        [HISTORY[0] | {"lr": 0.0}, HISTORY[1]],
        [HISTORY[0] | {"epoch": epoch, "loss": 0.0, "train_loss": 0.0} for epoch in range(1, 400)],
    ],
    ids=["one epoch", "nothing known", "NaN", "rate 0", "400 epochs"],
)
def test_curves_of_odd_histories_are_drawn(history: list[dict[str, float]], tmp_path: Path) -> None:
    paths = Classification().pictures(outcome([0, 1], [0, 0], "ab"), history, tmp_path)
    assert {path.name for path in paths} >= {"learning_curves.png", "learning_curves.svg"}


def test_without_a_history_there_are_no_curves(tmp_path: Path) -> None:
    paths = Classification().pictures(outcome([0, 1], [0, 0], "ab"), [], tmp_path)
    assert {path.stem for path in paths} == {"confusion_matrix", "precision_recall", "roc", "reliability"}
