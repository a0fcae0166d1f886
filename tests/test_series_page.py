"""The page of a series of runs: what all of its answers say together."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reporting import Parsed
from series_pages import LABELS, fold_of, make_series
from toy_runs import ToyRuns

from genrekit.outcome import Outcome
from genrekit.report.again import report_again

_made: list[tuple[Path, list[Outcome]]] = []


@pytest.fixture
def made(toy: ToyRuns) -> tuple[Path, list[Outcome]]:
    """Two folds with two seeds, made once, and what each answered; tests only look."""
    if not _made:
        outcomes = [fold_of(toy, fold, seed) for seed in (3, 4) for fold in (1, 2)]
        _made.append((make_series(toy), outcomes))
    return _made[0]


@pytest.fixture
def folder(made: tuple[Path, list[Outcome]]) -> Path:
    """The series' folder."""
    return made[0]


@pytest.fixture
def outcomes(made: tuple[Path, list[Outcome]]) -> list[Outcome]:
    """Its runs' answers."""
    return made[1]


def lists(page: Path) -> dict[str, Any]:
    """The clips behind the matrix's cells."""
    found = re.search(r'class="lists">(.*?)</script>', page.read_text(), re.DOTALL)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_the_matrix_is_of_all_answers(folder: Path, outcomes: list[Outcome]) -> None:
    right = sum(int((one.predicted == one.targets).sum()) for one in outcomes)
    page = Parsed(folder / "report.html")
    assert f"{right} of 36 clips right" in page.text
    assert "36 answers for 18 clips, each by a model that was not trained on the clip" in page.text
    cells = lists(folder / "report.html")
    assert cells["labels"] == LABELS
    assert sum(map(len, cells["cells"].values())) == 36


def test_each_misjudged_clip_is_heard_once(folder: Path, outcomes: list[Outcome]) -> None:
    wrong = {one.paths[clip] for one in outcomes for clip in np.flatnonzero(one.predicted != one.targets)}
    page = Parsed(folder / "report.html")
    heard = [one["data-clip"] for one in page.all("li") if "mistake" in str(one.get("class")).split()]
    assert len(heard) == len(set(heard)) == min(12, len(wrong)) > 1
    assert len(page.all("audio")) == len(heard)
    assert "group " not in page.text.partition("The most confident mistakes")[2].partition("Can its confidence")[0]


def test_kin_of_each_fold_are_metered(folder: Path) -> None:
    metrics = json.loads((folder / "metrics.json").read_text())
    # Of each of the two folds' clips two have kin, and each is answered by two seeds.
    meter = metrics["leakage"]
    assert (meter["clips"], meter["with_twin"], meter["with_group_mate"], meter["clean"]["clips"]) == (36, 4, 8, 28)
    assert "8 of 36 clips have a twin (4) or a group mate (8) in training" in Parsed(folder / "report.html").text


def test_calibration_classes_and_pictures_are_of_all_answers(folder: Path) -> None:
    metrics = json.loads((folder / "metrics.json").read_text())["test"]
    page = Parsed(folder / "report.html")
    error = metrics["calibration"]["after"]["expected_calibration_error"]
    assert f"Confidence misses the share of right answers by {100 * error:.1f} %" in page.text
    assert sum(row["support"] for row in metrics["per_class"].values()) == 36
    for name in ("confusion_matrix", "roc", "precision_recall", "reliability"):
        assert (folder / f"{name}.png").exists()
        assert (folder / f"{name}.svg").exists()
        assert f"{name}.svg" in page.text


def test_it_leads_to_every_run_and_says_what_was_chosen_how(folder: Path) -> None:
    page = Parsed(folder / "report.html")
    links = {one["href"] for one in page.all("a")}
    assert {f"fold-{fold}-seed-{seed}/report.html" for fold in (1, 2) for seed in (3, 4)} <= links
    names = {one["id"] for _, one in page.elements if "id" in one}
    assert {str(link)[1:] for link in links if str(link).startswith("#")} <= names
    assert "flatter" not in page.text.partition("Leak meter")[0]
    assert json.loads((folder / "metrics.json").read_text())["validation_chose"] == ["the temperature"]


def test_it_is_made_anew(folder: Path) -> None:
    before = (folder / "report.html").read_text()
    (folder / "report.html").unlink()
    report_again(folder)
    assert (folder / "report.html").read_text() == before
